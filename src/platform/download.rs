//! Microsoft's list of service tags, `ServiceTags_Public.json`, as it is downloaded. It is read whole and every prefix of
//! it looked at, so that a file of another kind is found out at once; the set of a tag's addresses is made when somebody
//! asks for it. Knows nothing of what a tag is for: that stands in the stdlib.

use crate::diagnostic::json_fault;
use crate::net::AddressSet;
use ipnet::IpNet;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::OnceLock;

/// The list: every tag with its prefixes.
#[derive(Debug)]
pub struct TagList {
    /// The cloud that it is of; `Public` for the one that fnet knows.
    pub cloud: String,
    /// The number of its edition.
    pub change: String,
    tags: Vec<Listed>,
    /// The place of each tag, by its name in lower case.
    places: HashMap<String, usize>,
    /// The odd spellings of regions: `germanywc` for `germanywestcentral`.
    regions: HashMap<String, String>,
}

/// A tag of the list.
#[derive(Debug)]
struct Listed {
    name: String,
    /// May a route name it?
    routes: bool,
    prefixes: Vec<IpNet>,
    set: OnceLock<AddressSet>,
}

/// Why a text is not Microsoft's list, and the byte at which that shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTags {
    /// What is wrong, in a few words.
    pub why: String,
    /// Is it JSON, of another kind?
    pub is_json: bool,
    /// Where, in bytes from the start.
    pub at: usize,
}

/// How much a list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TagCount {
    /// Tags, their regional forms included.
    pub tags: usize,
    /// Prefixes, of both families.
    pub prefixes: usize,
}

impl TagList {
    /// Reads the text of a download.
    ///
    /// ```
    /// use fnet::platform::TagList;
    /// let text = r#"{ "changeNumber": 1, "cloud": "Public", "values": [ { "name": "Sql.WestEurope", "id": "Sql.WestEurope",
    ///     "properties": { "region": "westeurope", "addressPrefixes": ["192.0.2.0/25", "192.0.2.128/25"] } } ] }"#;
    /// let list = TagList::read(text).unwrap();
    /// assert_eq!(list.addresses("Sql.westeurope").unwrap().to_string(), "192.0.2.0/24");
    /// assert!(!TagList::read("vnet hub 10.0.0.0/16").unwrap_err().is_json);
    /// ```
    ///
    /// # Errors
    ///
    /// When the text is not JSON, or not of the shape of Microsoft's list.
    pub fn read(text: &str) -> Result<Self, NotTags> {
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file: File<'_> =
            serde_json::from_str(bare).map_err(|error| not_tags(&error, bare, text.len() - bare.len()))?;
        let mut list = Self {
            cloud: file.cloud.into_owned(),
            change: file.change_number.0,
            tags: Vec::with_capacity(file.values.len()),
            places: HashMap::with_capacity(file.values.len()),
            regions: HashMap::new(),
        };
        for tag in file.values {
            let (name, facts) = (tag.name.into_owned(), tag.properties);
            if let Some((_, spelled)) = name.rsplit_once('.')
                && !facts.region.is_empty()
                && !facts.region.eq_ignore_ascii_case(spelled)
            {
                list.regions.entry(facts.region.to_lowercase()).or_insert(spelled.to_lowercase());
            }
            list.places.insert(name.to_lowercase(), list.tags.len());
            let routes = facts.network_features.routes;
            let prefixes = facts.address_prefixes.into_iter().map(|prefix| prefix.0).collect();
            list.tags.push(Listed { name, routes, prefixes, set: OnceLock::new() });
        }
        Ok(list)
    }

    /// How much it holds.
    pub fn count(&self) -> TagCount {
        TagCount { tags: self.tags.len(), prefixes: self.tags.iter().map(|tag| tag.prefixes.len()).sum() }
    }

    fn find(&self, name: &str) -> Option<&Listed> {
        self.places.get(&name.to_lowercase()).map(|at| &self.tags[*at])
    }

    /// The addresses of a tag, by its whole name in any case; none for one that is not listed, or without an address.
    pub fn addresses(&self, name: &str) -> Option<&AddressSet> {
        let tag = self.find(name).filter(|tag| !tag.prefixes.is_empty())?;
        Some(tag.set.get_or_init(|| AddressSet::of(&tag.prefixes)))
    }

    /// Does it list that tag, whose region alone may be spelled in any case?
    pub(super) fn lists(&self, name: &str) -> bool {
        let base = |name: &str| name.split_once('.').map_or(name.len(), |(base, _)| base.len());
        self.find(name).is_some_and(|tag| tag.name.get(..base(name)) == name.get(..base(name)))
    }

    /// May a route name the tag?
    pub(super) fn routes(&self, name: &str) -> bool {
        self.find(name).is_some_and(|tag| tag.routes)
    }

    /// The tags that are no regional form of another one.
    pub(super) fn bases(&self) -> impl Iterator<Item = &str> {
        let whole = |tag: &&Listed| tag.name.rsplit_once('.').is_none_or(|(base, _)| self.find(base).is_none());
        self.tags.iter().filter(whole).map(|tag| tag.name.as_str())
    }

    /// The region that an odd spelling stands for.
    pub(super) fn region(&self, spelled: &str) -> Option<&str> {
        self.regions.get(&spelled.to_lowercase()).map(String::as_str)
    }

    /// The odd spellings of a region.
    pub(super) fn spellings<'l>(&'l self, region: &'l str) -> impl Iterator<Item = &'l str> {
        self.regions.iter().filter(move |(_, of)| *of == region).map(|(spelled, _)| spelled.as_str())
    }
}

/// The file as Microsoft publishes it. Older ones lack some properties, and nothing is asked of what is not read here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object that holds the list `values`")]
struct File<'t> {
    #[serde(default)]
    change_number: Change,
    #[serde(default, borrow)]
    cloud: Cow<'t, str>,
    #[serde(borrow)]
    values: Vec<FileTag<'t>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `name` and `properties`")]
struct FileTag<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(borrow)]
    properties: FileFacts<'t>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object that holds the list `addressPrefixes`")]
struct FileFacts<'t> {
    #[serde(default, borrow)]
    region: Cow<'t, str>,
    address_prefixes: Vec<FilePrefix>,
    #[serde(default)]
    network_features: Features,
}

/// What a tag may be used for; of that, whether a route may name it.
struct Features {
    routes: bool,
}

/// Older files do not say.
impl Default for Features {
    fn default() -> Self {
        Self { routes: true }
    }
}

impl<'t> Deserialize<'t> for Features {
    fn deserialize<D: Deserializer<'t>>(from: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'t> Visitor<'t> for Words {
            type Value = Features;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of features")
            }

            fn visit_seq<A: de::SeqAccess<'t>>(self, mut all: A) -> Result<Features, A::Error> {
                let mut routes = false;
                while let Some(feature) = all.next_element::<Cow<'_, str>>()? {
                    routes |= feature == "UDR";
                }
                Ok(Features { routes })
            }

            fn visit_unit<E: de::Error>(self) -> Result<Features, E> {
                Ok(Features { routes: false })
            }
        }
        from.deserialize_any(Words)
    }
}

/// A number in the file, a text in what the API answers.
#[derive(Default)]
struct Change(String);

impl<'t> Deserialize<'t> for Change {
    fn deserialize<D: Deserializer<'t>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Change;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a change number")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Change, E> {
                Ok(Change(number.to_string()))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Change, E> {
                Ok(Change(text.to_string()))
            }
        }
        from.deserialize_any(Either)
    }
}

struct FilePrefix(IpNet);

impl<'t> Deserialize<'t> for FilePrefix {
    fn deserialize<D: Deserializer<'t>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = FilePrefix;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address prefix")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<FilePrefix, E> {
                let (address, length) = text.split_once('/').map_or((text, None), |(a, length)| (a, Some(length)));
                let prefix = address.parse::<IpAddr>().ok().and_then(|address| match length {
                    None => Some(IpNet::from(address)),
                    Some(length) => IpNet::new(address, length.parse().ok()?).ok(),
                });
                prefix.map(FilePrefix).ok_or_else(|| E::custom(format_args!("`{text}` is no address prefix")))
            }
        }
        from.deserialize_str(Text)
    }
}

fn not_tags(error: &serde_json::Error, text: &str, before: usize) -> NotTags {
    let (why, at) = json_fault(error, text);
    NotTags { why, is_json: error.is_data(), at: before + at }
}
