//! The platform as data: plans, limits, services, tags, rules with their texts and sources, one set an edition.
//!
//! The only way to a fact about Azure. The facts are written in fnet under `stdlib/`; what both editions share
//! stands in `shared/`, the rest in the edition's folder. Nothing is parsed before somebody asks for it: a file is
//! cut into declarations when one of its names is looked up, and a declaration is parsed when it is wanted, so that
//! a short question costs little.

mod download;
mod facts;
mod library;
mod reader;
mod tags;

pub use download::{NotTags, TagCount, TagList};
pub use facts::*;
pub use library::FILES;

use crate::net::{AddressSet, PortSet};
use crate::syntax::ast::Declaration;
use indexmap::IndexMap;
use library::{Library, Stated};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A state of the platform: Azure as documented in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition(&'static str);

impl Edition {
    /// All editions, the oldest first: the folders of the stdlib that are not `shared`.
    pub fn all() -> impl DoubleEndedIterator<Item = Edition> {
        library::EDITIONS.iter().map(|name| Edition(name))
    }

    /// The edition of a script that names none: the first.
    pub fn first() -> Edition {
        Edition(library::EDITIONS[0])
    }

    /// The newest edition, which `fnet new` writes down.
    pub fn newest() -> Edition {
        Edition(library::EDITIONS[library::EDITIONS.len() - 1])
    }

    /// The edition of that name.
    pub fn named(name: &str) -> Option<Edition> {
        Self::all().find(|edition| edition.0 == name)
    }

    /// Its name, a year.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Kind and name of an override, borrowed.
#[derive(Hash)]
struct Key<'a>(&'a str, &'a str);

impl indexmap::Equivalent<(String, String)> for Key<'_> {
    fn equivalent(&self, key: &(String, String)) -> bool {
        key.0 == self.0 && key.1 == self.1
    }
}

/// The facts of one edition, and what a script has changed of them.
///
/// ```
/// use fnet::platform::{Edition, Platform};
/// let platform = Platform::of(Edition::newest());
/// let rule = platform.rule("nsg.first-match").unwrap();
/// assert_eq!(rule.title, "the first matching NSG rule decides");
/// assert!(platform.rule("vnet.regional.no-global-peering").is_none()); // a rule of 2020
/// ```
#[derive(Clone, Debug)]
pub struct Platform {
    library: &'static Library,
    overrides: Arc<IndexMap<(String, String), Arc<Stated>>>,
    list: Option<Arc<TagList>>,
}

impl Platform {
    /// The facts of an edition as the stdlib declares them.
    pub fn of(edition: Edition) -> Self {
        Self { library: Library::of(edition), overrides: Arc::default(), list: None }
    }

    /// The edition.
    pub fn edition(&self) -> Edition {
        self.library.edition
    }

    /// The same platform with a fact stated by a script in place of the stdlib's.
    pub fn with(mut self, kind: &str, name: &str, declaration: Declaration) -> Self {
        let stated = Arc::new(Stated::new(declaration));
        Arc::make_mut(&mut self.overrides).insert((kind.to_string(), name.to_string()), stated);
        self
    }

    /// The same platform with the addresses of Microsoft's list for its service tags.
    pub fn with_tags(&self, list: Option<Arc<TagList>>) -> Self {
        Self { list, ..self.clone() }
    }

    /// The kinds that only the stdlib declares and a script may amend.
    pub fn kinds() -> &'static [&'static str] {
        library::KINDS
    }

    /// A declaration of the stdlib, or what a script made of it.
    pub fn declaration(&self, kind: &str, name: &str) -> Option<&Declaration> {
        self.stated(kind, name).map(|stated| &stated.declaration)
    }

    fn stated(&self, kind: &str, name: &str) -> Option<&Stated> {
        if !self.overrides.is_empty()
            && let Some(stated) = self.overrides.get(&Key(kind, name))
        {
            return Some(stated);
        }
        self.library.stated(kind, name)
    }

    /// The fact that a declaration states: read once, and shared from then on.
    fn fact<T: Any + Send + Sync>(
        &self,
        kind: &str,
        name: &str,
        read: impl FnOnce(&str, &Declaration) -> T,
    ) -> Option<Arc<T>> {
        self.stated(kind, name)?.fact(|declaration| read(name, declaration))
    }

    /// The names of a kind, in the order in which the stdlib declares them.
    pub fn names(&self, kind: &str) -> Vec<&str> {
        self.names_where(kind, |_| true)
    }

    /// The names of a kind whose declarations may hold a word: all that do, and few others. Where few of many have a
    /// property, the others need not be parsed to find them.
    pub(crate) fn names_holding(&self, kind: &str, word: &str) -> Vec<&str> {
        self.names_where(kind, |text| text.contains(word))
    }

    /// The names of a kind, in order, without those that the stdlib declares in words which something does not hold of.
    fn names_where(&self, kind: &str, holds: impl Fn(&str) -> bool) -> Vec<&str> {
        let stated = |name: &str| !self.overrides.is_empty() && self.overrides.contains_key(&Key(kind, name));
        let texts = self.library.texts(kind).filter(|(name, text)| holds(text) || stated(name));
        let mut names: Vec<&str> = texts.map(|(name, _)| name).collect();
        for (of, name) in self.overrides.keys() {
            if of == kind && !self.library.has(kind, name) {
                names.push(name);
            }
        }
        names
    }

    /// Does the edition declare the rule? One that it does not declare does not fire.
    pub fn declares(&self, rule: &str) -> bool {
        self.library.has("rule", rule)
    }

    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<Rule> {
        self.fact("rule", id, Rule::read).map(|rule| (*rule).clone())
    }

    /// The ids of all rules, family by family.
    pub fn rule_ids(&self) -> Vec<&str> {
        self.names("rule")
    }

    /// A number of the platform, such as `nsg-priority-last`; zero where no edition states it.
    pub fn limit(&self, name: &str) -> i64 {
        debug_assert!(self.declaration("limit", name).is_some(), "limit {name} is not declared");
        self.fact("limit", name, |_, d| reader::Reader::of(d).number("value").unwrap_or(0)).map_or(0, |limit| *limit)
    }

    /// A name that the platform gives, such as `gateway-subnet`; empty where no edition states it.
    pub fn word(&self, name: &str) -> String {
        debug_assert!(self.declaration("word", name).is_some(), "word {name} is not declared");
        self.word_fact(name).map(|words| words.join(" ")).unwrap_or_default()
    }

    /// The words of the platform under a name, of which there are several.
    pub fn words(&self, name: &str) -> Vec<String> {
        debug_assert!(self.declaration("word", name).is_some(), "word {name} is not declared");
        self.word_fact(name).map(|words| words.to_vec()).unwrap_or_default()
    }

    /// The names of words that begin alike, such as `environment.`.
    #[cfg(feature = "import")]
    pub(crate) fn word_names(&self, start: &str) -> Vec<String> {
        self.names("word").into_iter().filter(|name| name.starts_with(start)).map(String::from).collect()
    }

    fn word_fact(&self, name: &str) -> Option<Arc<Vec<String>>> {
        self.fact("word", name, |_, d| reader::Reader::of(d).words("value"))
    }

    /// Ports that have a name, such as `app-web`; none where no edition declares them.
    pub fn ports(&self, name: &str) -> PortSet {
        debug_assert!(self.declaration("ports", name).is_some(), "ports {name} are not declared");
        self.fact("ports", name, |_, d| reader::Reader::of(d).ports("port")).map(|p| (*p).clone()).unwrap_or_default()
    }

    /// What an App Service Environment must be let have.
    pub fn needed_traffic(&self) -> Vec<Arc<NeededTraffic>> {
        self.all("needed-traffic", NeededTraffic::read)
    }

    /// A range of addresses that has a name, such as `private-ranges`; empty where no edition declares it.
    pub fn addresses(&self, name: &str) -> AddressSet {
        debug_assert!(self.declaration("well-known", name).is_some(), "well-known {name} is not declared");
        let set = self.fact("well-known", name, |_, d| reader::Reader::of(d).prefixes("prefix"));
        set.map(|set| (*set).clone()).unwrap_or_default()
    }

    /// Every plan type, in order.
    pub fn plan_types(&self) -> Vec<Arc<PlanType>> {
        self.all("plan-type", PlanType::read)
    }

    /// The plan type that a tier belongs to, and the tier as the stdlib spells it. Case does not count.
    pub fn plan_type(&self, tier: &str) -> Option<(Arc<PlanType>, String)> {
        let same = |word: &String| word.eq_ignore_ascii_case(tier);
        let lower = tier.to_ascii_lowercase();
        let likely = self.names_where("plan-type", |text| text.to_ascii_lowercase().contains(&lower));
        let mut likely = likely.into_iter().filter_map(|name| self.fact("plan-type", name, PlanType::read));
        likely.find_map(|plan| {
            let spelled = plan.tiers.iter().find(|tier| same(tier)).cloned();
            let spelled = spelled.or_else(|| plan.also.iter().any(same).then(|| plan.tiers.first().cloned()).flatten());
            spelled.map(|tier| (plan, tier))
        })
    }

    /// A type of trigger.
    pub fn trigger_type(&self, name: &str) -> Option<Arc<TriggerType>> {
        self.fact("trigger-type", name, TriggerType::read)
    }

    /// What an application does over TCP, by the word behind `over`.
    pub fn application(&self, word: &str) -> Option<Application> {
        let name = self.library.name_of("application", word)?;
        self.declaration("application", word).map(|d| Application::read(name, d))
    }

    /// A service type by its word, in any case.
    pub fn service_type(&self, word: &str) -> Option<Arc<ServiceType>> {
        let word = word.to_lowercase();
        self.fact("service-type", &word, ServiceType::read)
    }

    /// The type that apps are of, seen by their callers.
    pub fn app_type(&self) -> Option<Arc<ServiceType>> {
        self.service_type("web-app")
    }

    /// Every service type, in order.
    pub fn service_types(&self) -> Vec<Arc<ServiceType>> {
        self.all("service-type", ServiceType::read)
    }

    /// Which addresses of its tag a service endpoint routes: `region`, `pair` or `cloud`; none where the edition has
    /// no such service endpoint. Case does not count.
    pub fn endpoint_scope(&self, name: &str) -> Option<String> {
        self.endpoint_fact(name, "scope")
    }

    /// The rule that says where a service endpoint reaches to.
    pub fn endpoint_rule(&self, name: &str) -> Option<String> {
        self.endpoint_fact(name, "rule")
    }

    /// The rule by which security groups filter what takes a service endpoint, where one speaks of it.
    pub fn endpoint_filter_rule(&self, name: &str) -> Option<String> {
        self.endpoint_fact(name, "rule-filter")
    }

    fn endpoint_fact(&self, name: &str, fact: &str) -> Option<String> {
        let name = self.names("service-endpoint").into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
        self.declaration("service-endpoint", name).and_then(|d| reader::Reader::of(d).word(fact))
    }

    /// What a type of Azure Resource Manager is in fnet, in any case of its letters; none where the stdlib does not say.
    pub fn arm_resource(&self, kind: &str) -> Option<Arc<ArmResource>> {
        let name = self.names("resource").into_iter().find(|known| known.eq_ignore_ascii_case(kind))?;
        self.fact("resource", name, ArmResource::read)
    }

    /// The word of fnet for one of Azure's, by `azure-words` whose values are pairs `AZURE=FNET`. Case does not count.
    pub fn word_for(&self, pairs: &str, azure: &str) -> Option<String> {
        debug_assert!(self.declaration("azure-words", pairs).is_some(), "azure-words {pairs} are not declared");
        let pairs = self.fact("azure-words", pairs, |_, d| reader::Reader::of(d).words("value"))?;
        let mut pairs = pairs.iter().filter_map(|pair| pair.split_once('='));
        pairs.find(|(own, _)| own.eq_ignore_ascii_case(azure)).map(|(_, word)| word.to_string())
    }

    /// A region's facts.
    pub fn region(&self, name: &str) -> Option<Region> {
        let name = name.to_lowercase();
        self.fact("region", &name, Region::read).map(|region| (*region).clone())
    }

    /// How a change is made in Azure: `app.integrate`, `nsg.outbound.line`.
    pub fn interface(&self, name: &str) -> Option<Interface> {
        self.declaration("interface", name).map(|d| Interface::read(name, d))
    }

    /// The default security rules, in order.
    pub fn default_rules(&self) -> Vec<Arc<DefaultRule>> {
        self.all("default-rule", DefaultRule::read)
    }

    /// The system's default routes, in order.
    pub fn system_routes(&self) -> Vec<SystemRoute> {
        let routes = self.fact("system-routes", "default", |_, d| SystemRoute::read_all(d));
        routes.map(|routes| routes.to_vec()).unwrap_or_default()
    }

    /// The forms of flow logs, in order.
    pub fn flow_logs(&self) -> Vec<Arc<FlowLogForm>> {
        self.all("flow-log", FlowLogForm::read)
    }

    /// What a type of Terraform's provider is in Azure Resource Manager.
    pub fn terraform_type(&self, name: &str) -> Option<Arc<TerraformType>> {
        self.fact("terraform-type", name, TerraformType::read)
    }

    /// What an app setting means for the network.
    pub fn app_setting(&self, name: &str) -> Option<Arc<AppSetting>> {
        self.fact("app-setting", name, AppSetting::read)
    }

    /// Every app setting that means something for the network.
    pub fn app_settings(&self) -> Vec<Arc<AppSetting>> {
        self.all("app-setting", AppSetting::read)
    }

    /// A row of the feature matrix.
    pub fn feature(&self, name: &str) -> Option<Arc<Feature>> {
        self.fact("feature", name, Feature::read)
    }

    /// The feature matrix, row by row.
    pub fn features(&self) -> Vec<Arc<Feature>> {
        self.all("feature", Feature::read)
    }

    /// The lists of suspects, in order.
    pub fn suspect_lists(&self) -> Vec<Arc<SuspectList>> {
        self.all("suspect-list", SuspectList::read)
    }

    /// What a person suspects when a call does not arrive, in order.
    pub fn suspects(&self) -> Vec<Arc<Suspect>> {
        self.all("suspect", Suspect::read)
    }

    /// What a person may ask `explain` about.
    pub fn topics(&self) -> Vec<Arc<Topic>> {
        self.all("topic", Topic::read)
    }

    /// A document that rules cite, by its key.
    pub fn document(&self, key: &str) -> Option<Document> {
        self.declaration("document", key).map(|d| Document::read(key, d))
    }

    /// A question that the documents leave open, and what fnet takes.
    pub fn open_point(&self, id: &str) -> Option<OpenPoint> {
        self.declaration("open-point", id).map(|d| OpenPoint::read(id, d))
    }

    fn all<T: Any + Send + Sync>(&self, kind: &str, read: impl Fn(&str, &Declaration) -> T) -> Vec<Arc<T>> {
        self.names(kind).into_iter().filter_map(|name| self.fact(kind, name, &read)).collect()
    }
}
