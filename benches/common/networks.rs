//! An estate of networks of one pattern, as a script: made up by counting, so that every run reads the same bytes.
//! Nothing is measured here.

use std::fmt::{Result, Write};

/// How many security rules one network brings.
pub const RULES: usize = 40;

/// A script of about so many bytes.
pub fn script(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 16_384);
    head(&mut text);
    let mut at = 0;
    while text.len() < bytes {
        network(at, &mut text).expect("a string takes everything");
        at += 1;
    }
    text
}

/// A script of so many networks.
pub fn networks(count: usize) -> String {
    let mut text = String::new();
    head(&mut text);
    for at in 0..count {
        network(at, &mut text).expect("a string takes everything");
    }
    text
}

fn head(text: &mut String) {
    text.push_str("edition 2026\n\nregion westeurope\n");
}

/// One virtual network, four subnets, a security group of ten rules for each, a route table, and eight apps on a plan.
fn network(at: usize, text: &mut String) -> Result {
    let (second, third) = (at / 64 % 256, at % 64 * 4);
    let subnet = |number: usize| format!("10.{second}.{}.0/24", third + number);
    writeln!(text, "\n# Network {at}: four subnets, eight apps.")?;
    writeln!(text, "vnet net{at} 10.{second}.{third}.0/22 {{")?;
    writeln!(text, "  dns 10.{second}.{third}.68, 10.{second}.{third}.69")?;
    for number in 0..4 {
        writeln!(text, "  subnet part{number} {} {{", subnet(number))?;
        writeln!(text, "    nsg         guard{at}-{number}")?;
        writeln!(text, "    route-table routes{at}")?;
        if number < 2 {
            writeln!(text, "    delegation  Microsoft.Web/serverFarms")?;
        }
        writeln!(text, "  }}")?;
    }
    writeln!(text, "}}")?;
    for number in 0..4 {
        writeln!(text, "nsg guard{at}-{number} {{")?;
        for (direction, seed) in [("inbound", 0), ("outbound", 5)] {
            writeln!(text, "  {direction} {{")?;
            for rule in seed..seed + 5 {
                security_rule(text, at, rule, &subnet(rule % 4), &subnet((number + rule) % 4))?;
            }
            writeln!(text, "  }}")?;
        }
        writeln!(text, "}}")?;
    }
    writeln!(text, "route-table routes{at} {{")?;
    writeln!(text, "  0.0.0.0/0      -> appliance 10.{second}.{}.4 as default-route", third + 3)?;
    writeln!(text, "  192.168.0.0/16 -> none")?;
    writeln!(text, "  203.0.113.0/24 -> internet as partners")?;
    writeln!(text, "  bgp-propagation off\n}}")?;
    writeln!(text, "plan plan{at} {{ tier Premium; sku EP1; os linux; instances 3; max-instances 20 }}")?;
    for app in 0..8 {
        writeln!(text, "app app{at}-{app} on plan{at} {{")?;
        writeln!(text, "  integrate net{at}.part{}", app % 2)?;
        writeln!(text, "  route-all on")?;
        writeln!(text, "  setting   FUNCTIONS_WORKER_RUNTIME = dotnet")?;
        writeln!(text, "  trigger   orders {{ type http }}")?;
        writeln!(text, "}}")?;
    }
    Ok(())
}

/// One line of a security group: prefixes or a service tag on either side, one port or several.
fn security_rule(text: &mut String, at: usize, rule: usize, from: &str, to: &str) -> Result {
    let priority = 100 + rule * 10;
    let action = if rule % 3 == 2 { "deny " } else { "allow" };
    let low = 1_000 + rule * 97 + at % 50;
    match rule % 5 {
        0 => writeln!(text, "    {priority} {action} tcp {from}, 172.16.{rule}.0/24 -> {to}:443,{low}-{}", low + 20)?,
        1 => writeln!(text, "    {priority} {action} tcp VirtualNetwork -> {to}:{low} as service-{rule}")?,
        2 => writeln!(text, "    {priority} {action} udp * -> {to}:53,123")?,
        3 => writeln!(text, "    {priority} {action} tcp {from} -> Storage.WestEurope:443 as storage-{rule}")?,
        _ => writeln!(text, "    {priority} {action} *   {from}, 192.168.{rule}.0/24, 198.51.100.{rule} -> {to}")?,
    }
    Ok(())
}
