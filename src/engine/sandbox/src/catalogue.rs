//! Providers that the sandbox can play: schema and overlay of each.

use crate::overlay::{Kind, Overlay};
use crate::shipped;
use addrs::Provider;
use configschema::{ProviderSchema, Schema};
use std::fmt;
use std::sync::Arc;

/// Schemas and overlays, read once.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    clouds: Vec<Cloud>,
}

/// One provider of the catalogue.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    /// Source addresses: the same types under each.
    pub(crate) addresses: Vec<Arc<str>>,
    pub(crate) schema: Arc<ProviderSchema>,
    pub(crate) overlay: Arc<Overlay>,
    /// What types without a row in the overlay are.
    pub(crate) plain: Arc<Kind>,
}

/// A schema or overlay that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueError(pub String);

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Catalogue {
    /// What ships with drform.
    ///
    /// # Errors
    /// A shipped file that cannot be read: a mistake of ours, found by the tests of this room.
    pub fn shipped() -> Result<Catalogue, CatalogueError> {
        let mut catalogue = Catalogue::default();
        for one in shipped::SHIPPED {
            catalogue.play(one.addresses, one.schemas, Some(one.overlay))?;
        }
        Ok(catalogue)
    }

    /// Adds a provider: its source address in full, one entry of `terraform providers schema -json`, and an
    /// overlay if there is one. Without an overlay objects have no place, no rules and made-up computed values.
    ///
    /// # Errors
    /// Text that cannot be read, or an overlay that does not fit its schema.
    pub fn add(&mut self, address: &str, schema: &str, overlay: Option<&str>) -> Result<(), CatalogueError> {
        self.play(&[address], &[schema], overlay)
    }

    /// Adds a provider under all its addresses. Of several schemas the first has the provider block, and wins.
    fn play(&mut self, addresses: &[&str], schemas: &[&str], overlay: Option<&str>) -> Result<(), CatalogueError> {
        let name = addresses.first().copied().unwrap_or_default();
        let wrong = |what: &str, why: String| CatalogueError(format!("the {what} of {name} cannot be used: {why}"));
        let mut whole: Option<ProviderSchema> = None;
        for text in schemas {
            let schema = ProviderSchema::from_json(text).map_err(|e| wrong("schema", e.to_string()))?;
            match &mut whole {
                None => whole = Some(schema),
                Some(whole) => {
                    for (kind, more) in schema.resources {
                        whole.resources.entry(kind).or_insert(more);
                    }
                    for (kind, more) in schema.data_sources {
                        whole.data_sources.entry(kind).or_insert(more);
                    }
                }
            }
        }
        let schema = Arc::new(whole.unwrap_or_default());
        let overlay: Overlay = match overlay {
            Some(text) => serde_json::from_str(text).map_err(|e| wrong("overlay", e.to_string()))?,
            None => Overlay { format: 1, ..Overlay::default() },
        };
        check(&schema, &overlay).map_err(|e| wrong("overlay", e))?;
        self.clouds.push(Cloud {
            addresses: addresses.iter().map(|address| Arc::from(*address)).collect(),
            schema,
            overlay: Arc::new(overlay),
            plain: Arc::new(Kind { called: "object".into(), id: "{kind}-{hex17}".into(), ..Kind::default() }),
        });
        Ok(())
    }

    /// The schema of a provider that the sandbox can play.
    pub fn schema(&self, provider: &Provider) -> Option<&Arc<ProviderSchema>> {
        self.cloud(provider).map(|cloud| &cloud.schema)
    }

    /// Source addresses of all providers in it.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.clouds.iter().flat_map(|cloud| cloud.addresses.iter().map(AsRef::as_ref))
    }

    pub(crate) fn cloud(&self, provider: &Provider) -> Option<&Cloud> {
        let same = |address: &str| {
            let mut parts = address.split('/');
            let (Some(host), Some(namespace), Some(kind)) = (parts.next(), parts.next(), parts.next()) else {
                return false;
            };
            provider.same_as(&Provider { host: host.into(), namespace: namespace.into(), kind: kind.into() })
        };
        self.clouds.iter().find(|cloud| cloud.addresses.iter().any(|address| same(address)))
    }

    pub(crate) fn clouds(&self) -> &[Cloud] {
        &self.clouds
    }
}

impl Cloud {
    /// Schema and overlay row of a resource type.
    pub(crate) fn resource(&self, kind: &str) -> Option<(&Arc<Schema>, &Arc<Kind>)> {
        let schema = self.schema.resources.get(kind)?;
        Some((schema, self.overlay.resources.get(kind).unwrap_or(&self.plain)))
    }
}

/// Whether the overlay fits: format, names of types and attributes, names of rules.
fn check(schema: &ProviderSchema, overlay: &Overlay) -> Result<(), String> {
    if overlay.format != 1 {
        return Err(format!("it has format {}, this drform reads format 1", overlay.format));
    }
    for (name, kind) in &overlay.resources {
        let of = schema.resources.get(name).ok_or_else(|| format!("the schema has no resource type {name}"))?;
        let rows = kind.values.iter().map(|row| &row.attribute);
        let paths = rows.chain(&kind.forces_replacement).chain(kind.references.keys()).chain(&kind.sealed_by);
        for path in paths.chain(&kind.zone).chain(&kind.joins).chain(&kind.copy_of) {
            if !has_path(&of.block, path) {
                return Err(format!("{name} has no attribute {path}"));
            }
        }
        for row in &kind.values {
            let ways =
                [row.value.is_some(), row.format.is_some(), row.copy.is_some(), row.of.is_some(), row.rule.is_some()];
            if ways.iter().filter(|way| **way).count() != 1 {
                return Err(format!("{name}.{} must say exactly one way to its value", row.attribute));
            }
            if row.rule.as_ref().is_some_and(|rule| !crate::fill::is_rule(rule)) {
                return Err(format!("{name}.{} names an unknown rule", row.attribute));
            }
        }
        for rule in &kind.rules {
            if crate::rules::named(&rule.name).is_none() {
                return Err(format!("{name} names the unknown rule {}", rule.name));
            }
        }
    }
    let unknown = overlay.data_sources.iter().find(|(_, d)| !crate::data_sources::is_answer(&d.answers));
    unknown.map_or(Ok(()), |(name, d)| Err(format!("{name} names the unknown answer {}", d.answers)))
}

fn has_path(block: &configschema::Block, path: &str) -> bool {
    match path.split_once('.') {
        None => block.attributes.contains_key(path) || block.blocks.contains_key(path),
        Some((first, rest)) => block.blocks.get(first).is_some_and(|nested| has_path(&nested.block, rest)),
    }
}
