//! Secrets in configuration: what a setting's value may not be told of, and texts with secrets blanked. It errs on the side
//! of silence: a text that only looks like a key is not told either.

use std::ops::Range;

/// Parts of names behind which secrets stand.
const NAMES: [&str; 9] =
    ["password", "passwd", "secret", "accesskey", "accountkey", "apikey", "sharedkey", "token", "connectionstring"];

/// Fields of connection strings, and parameters of addresses, that are secrets.
const FIELDS: [&str; 8] =
    ["accountkey", "sharedaccesskey", "sharedaccesssignature", "password", "pwd", "sig", "key", "secret"];

/// The shortest text that is taken for a key by its looks.
const KEY: usize = 40;

/// The value of a setting as it may be told: secrets in it are `***`.
///
/// ```
/// use fnet::import::without_secrets;
/// let text = "AccountName=orders;AccountKey=abc123==;EndpointSuffix=core.windows.net";
/// assert_eq!(without_secrets("Storage", text), "AccountName=orders;AccountKey=***;EndpointSuffix=core.windows.net");
/// assert_eq!(without_secrets("DB_PASSWORD", "open sesame"), "***");
/// assert_eq!(without_secrets("SITE", "https://a.example/x?sig=abc&sv=1"), "https://a.example/x?sig=***&sv=1");
/// ```
pub fn without_secrets(name: &str, value: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for secret in secrets(name, value) {
        out.push_str(&value[from..secret.start]);
        out.push_str("***");
        from = secret.end;
    }
    out + &value[from..]
}

/// Where the secrets of a value stand, in order.
fn secrets(name: &str, value: &str) -> Vec<Range<usize>> {
    // References to a vault, expressions and placeholders name secrets and are none.
    let names_one = value.starts_with("@Microsoft.KeyVault") || value.starts_with('[') || value.starts_with('{');
    if value.is_empty() || names_one {
        return Vec::new();
    }
    let fields = fields(value);
    if !fields.is_empty() {
        return fields;
    }
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let is_named =
        NAMES.iter().any(|part| name.contains(part)) || name == "key" || name.ends_with("instrumentationkey");
    // A connection string that has fields, and none that is secret, is told.
    let is_told = name.contains("connectionstring") && value.contains('=') && !looks_like_key(value);
    if is_named && !is_told || looks_like_key(value) {
        return std::iter::once(0..value.len()).collect();
    }
    Vec::new()
}

/// The secret fields of `a=b;c=d`, of an address's `?a=b&c=d`, and what stands before the `@` of `scheme://user:word@host`.
fn fields(value: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if let Some(start) = value.find("://").map(|at| at + 3) {
        let host = value[start..].find(['/', '?']).map_or(value.len(), |at| start + at);
        if let Some(at) = value[start..host].rfind('@') {
            let word = value[start..start + at].find(':').map_or(start, |colon| start + colon + 1);
            found.push(word..start + at);
        }
    }
    let mut from = 0;
    while from < value.len() {
        let end = value[from..].find([';', '&', '?']).map_or(value.len(), |at| from + at);
        if let Some(sign) = value[from..end].find('=') {
            let field: String = value[from..from + sign].chars().filter(char::is_ascii_alphanumeric).collect();
            let stretch = from + sign + 1..end;
            let is_made = value[stretch.clone()].starts_with('{');
            if FIELDS.contains(&field.to_lowercase().as_str()) && !stretch.is_empty() && !is_made {
                found.push(stretch);
            }
        }
        from = end + 1;
    }
    found
}

/// Is it long, and of the letters that keys have?
fn looks_like_key(value: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-');
    let (mut upper, mut lower, mut digit) = (0, 0, 0);
    for byte in value.bytes() {
        upper += usize::from(byte.is_ascii_uppercase());
        lower += usize::from(byte.is_ascii_lowercase());
        digit += usize::from(byte.is_ascii_digit());
    }
    // Paths and names have slashes and dashes, but few capitals and digits beside each other.
    value.len() >= KEY && value.bytes().all(is_sign) && !value.starts_with('/') && upper > 4 && lower > 4 && digit > 3
}

/// A JSON text whose secrets are blanked, byte by byte, so that places in it stay what they are. It need not be JSON as a
/// whole: of a broken file, too, nothing secret is told.
pub fn blanked(text: &str) -> String {
    let mut out: Vec<u8> = text.into();
    let (mut name, mut above) = (String::new(), String::new());
    for string in strings(text) {
        let inside = &text[string.clone()];
        if text[string.end + 1..].trim_start().starts_with(':') {
            // `value` says nothing: then what it is the value of does.
            if !is_bare(&name) {
                above = std::mem::take(&mut name);
            }
            name = inside.into();
            continue;
        }
        let of = if is_bare(&name) { &above } else { &name };
        for secret in secrets(of, inside) {
            for byte in &mut out[string.start + secret.start..string.start + secret.end] {
                *byte = b'*';
            }
        }
    }
    // Whole characters are blanked, as the stretches are whole texts.
    String::from_utf8(out).unwrap_or_else(|_| "*".repeat(text.len()))
}

fn is_bare(name: &str) -> bool {
    ["value", "defaultValue"].iter().any(|bare| bare.eq_ignore_ascii_case(name))
}

/// The strings of a JSON text, without their quotes.
fn strings(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|byte| *byte == b'"')? + 1;
        let mut end = start;
        while *bytes.get(end)? != b'"' {
            // A line break ends what was not closed.
            if bytes[end] == b'\n' {
                break;
            }
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        at = end + 1;
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blanked_in_place() {
        let text = r#"{ "adminPassword": { "value": "hunter2" }, "name": "AccountKey", "Db": "Server=a;Password=b c;", "x": "päß" }"#;
        let told = blanked(text);
        assert_eq!(told.len(), text.len());
        assert_eq!(
            told,
            r#"{ "adminPassword": { "value": "*******" }, "name": "AccountKey", "Db": "Server=a;Password=***;", "x": "päß" }"#
        );
        // Broken off in the middle of a secret.
        assert!(blanked("{ \"a\": \"AccountKey=Zm9v").is_ascii());
    }

    #[test]
    fn what_only_names_a_secret_is_told() {
        for value in ["@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/x)", "[parameters('p')]", "{p}"]
        {
            assert_eq!(without_secrets("PASSWORD", value), value);
        }
        let id =
            "/subscriptions/0b1f6471-1bf0-4dda-aec3-111122223333/resourceGroups/RG1/providers/Microsoft.Web/sites/A1";
        assert_eq!(without_secrets("id", id), id);
        assert_eq!(without_secrets("x", "amqp://user:word@host/q"), "amqp://user:***@host/q");
    }
}
