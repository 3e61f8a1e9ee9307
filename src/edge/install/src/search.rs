//! Where packages of a provider may come from, and what is there.

use crate::Place;
use crate::cli_config::{CliConfig, Origin};
use crate::mirror::{self, Found};
use crate::platform::platform;
use addrs::Provider;
use std::path::PathBuf;

/// What a search found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// Newest first; of one version the one from the place that comes first.
    pub(crate) found: Vec<Found>,
    /// Every place that was looked at, and what was there.
    pub(crate) looked: Vec<String>,
    /// Some of the places could not be looked at and may have more.
    pub(crate) overlooked: bool,
}

/// Looks for the packages of a provider for this platform.
pub(crate) fn search(place: &Place, config: &CliConfig, provider: &Provider) -> Search {
    let mut search = Search::default();
    for searched in places(place, config, provider) {
        match searched {
            // Whoever keeps a provider in a directory that is a mirror of itself means that one alone.
            Searched::NotYet(_) if config.methods.is_none() && !search.found.is_empty() => {}
            Searched::Directory(dir) => search.directory(dir, provider),
            Searched::NotYet(what) => {
                search.overlooked = true;
                search.looked.push(format!("{what}: not looked at, drform does not download yet"));
            }
        }
    }
    // A stable sort: of one version, the first place wins.
    search.found.sort_by(|a, b| b.version.cmp(&a.version));
    search
}

enum Searched {
    Directory(PathBuf),
    NotYet(String),
}

fn places(place: &Place, config: &CliConfig, provider: &Provider) -> Vec<Searched> {
    let mut places = Vec::new();
    match &config.methods {
        Some(methods) => {
            for method in methods.iter().filter(|method| method.serves(provider)) {
                places.push(match &method.origin {
                    Origin::FilesystemMirror(dir) => Searched::Directory(place.dir.join(dir)),
                    Origin::NetworkMirror(url) => Searched::NotYet(format!("network mirror {url}")),
                    Origin::Direct => Searched::NotYet(format!("registry {}", provider.host)),
                });
            }
        }
        None => {
            places.extend(implied(place).into_iter().map(Searched::Directory));
            places.push(Searched::NotYet(format!("registry {}", provider.host)));
        }
    }
    // Without downloads, the cache is the only trace of what came from a registry once.
    places.extend(config.plugin_cache_dir.as_ref().map(|dir| Searched::Directory(place.dir.join(dir))));
    places
}

/// The directories that are mirrors without anybody saying so.
fn implied(place: &Place) -> Vec<PathBuf> {
    let settings = &place.settings;
    let mut dirs = vec![place.dir.join("terraform.d").join("plugins")];
    dirs.extend(settings.home.as_ref().map(|home| home.join(".terraform.d").join("plugins")));
    let data_home = settings.data_home.clone().or_else(|| Some(settings.home.as_ref()?.join(".local").join("share")));
    dirs.extend(data_home.iter().chain(&settings.data_dirs).map(|dir| dir.join("terraform").join("plugins")));
    dirs
}

impl Search {
    fn directory(&mut self, dir: PathBuf, provider: &Provider) {
        let shown = dir.display();
        match mirror::packages(&dir, provider, &platform()) {
            Ok(found) if found.is_empty() => {
                let what = if dir.is_dir() { "nothing for this platform" } else { "does not exist" };
                self.looked.push(format!("{shown}: {what}"));
            }
            Ok(found) => {
                let mut versions: Vec<String> = found.iter().map(|found| found.version.to_string()).collect();
                versions.dedup();
                self.looked.push(format!("{shown}: {}", versions.join(", ")));
                self.found.extend(found);
            }
            Err(error) => self.looked.push(format!("{shown}: {error}")),
        }
    }
}
