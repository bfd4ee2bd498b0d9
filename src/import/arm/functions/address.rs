//! Functions of address prefixes: `parseCidr`, `cidrSubnet`, `cidrHost`.

use super::Arguments;
use crate::import::arm::trouble::Trouble;
use crate::import::json::{Json, Map, Value};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) fn call(of: &Arguments<'_, '_>) -> Option<Result<Json, Trouble>> {
    Some(match of.name.as_str() {
        "parsecidr" => parse(of),
        "cidrsubnet" => subnet(of),
        "cidrhost" => host(of),
        _ => return None,
    })
}

fn prefix(of: &Arguments<'_, '_>) -> Result<IpNet, Trouble> {
    of.text(0)?.parse::<IpNet>().map(|prefix| prefix.trunc()).map_err(|_| of.wants(0, "address prefix"))
}

/// An address so many steps behind the first of a prefix.
fn behind(first: IpAddr, steps: u128) -> Option<IpAddr> {
    Some(match first {
        IpAddr::V4(four) => Ipv4Addr::from(u32::from(four).checked_add(u32::try_from(steps).ok()?)?).into(),
        IpAddr::V6(six) => Ipv6Addr::from(u128::from(six).checked_add(steps)?).into(),
    })
}

fn parse(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let prefix = prefix(of)?;
    let is_wide = prefix.max_prefix_len() - prefix.prefix_len() > 1 && prefix.addr().is_ipv4();
    let mut map = Map::default();
    let first = if is_wide { prefix.hosts().next() } else { Some(prefix.network()) };
    let last = match (is_wide, prefix.broadcast()) {
        (true, IpAddr::V4(last)) => Ipv4Addr::from(u32::from(last) - 1).into(),
        (_, last) => last,
    };
    map.push("network", of.of_text(prefix.network().to_string()));
    map.push("netmask", of.of_text(prefix.netmask().to_string()));
    if prefix.addr().is_ipv4() {
        map.push("broadcast", of.of_text(prefix.broadcast().to_string()));
    }
    map.push("firstUsable", of.of_text(first.unwrap_or(prefix.network()).to_string()));
    map.push("lastUsable", of.of_text(last.to_string()));
    map.push("cidr", of.json(Value::Number(prefix.prefix_len().into())));
    Ok(of.json(Value::Map(map)))
}

fn subnet(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let whole = prefix(of)?;
    let outside = || Trouble::wrong("`cidrSubnet` asks for a prefix outside of its first argument");
    let length = u8::try_from(of.number(1)?)
        .ok()
        .filter(|length| (whole.prefix_len()..=whole.max_prefix_len()).contains(length));
    let length = length.ok_or_else(outside)?;
    let number = u128::try_from(of.number(2)?).map_err(|_| outside())?;
    let shift = u32::from(whole.max_prefix_len() - length);
    let steps = number.checked_mul(1u128.checked_shl(shift).unwrap_or(0)).ok_or_else(outside)?;
    let first = behind(whole.network(), steps).filter(|first| whole.contains(first)).ok_or_else(outside)?;
    Ok(of.of_text(format!("{first}/{length}")))
}

fn host(of: &Arguments<'_, '_>) -> Result<Json, Trouble> {
    let whole = prefix(of)?;
    let outside = || Trouble::wrong("`cidrHost` asks for an address outside of its first argument");
    // Number 0 is the first address that a machine may have.
    let number = u128::try_from(of.number(1)?).map_err(|_| outside())?;
    let address = behind(whole.network(), number.checked_add(1).ok_or_else(outside)?);
    let address = address.filter(|address| whole.contains(address)).ok_or_else(outside)?;
    Ok(of.of_text(address.to_string()))
}
