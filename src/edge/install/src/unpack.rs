//! Unpacking archives of modules. Whoever made one may be hostile: nothing in it reaches a place outside.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

/// How a package is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Zip,
    Tar(Compression),
}

/// What is around a tar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

/// Names as the argument `archive` and the ends of paths write them.
const PACKINGS: [(&str, Packing); 13] = [
    ("zip", Packing::Zip),
    ("tar.gz", Packing::Tar(Compression::Gzip)),
    ("tgz", Packing::Tar(Compression::Gzip)),
    ("tar.bz2", Packing::Tar(Compression::Bzip2)),
    ("tar.tbz2", Packing::Tar(Compression::Bzip2)),
    ("tbz2", Packing::Tar(Compression::Bzip2)),
    ("tar.xz", Packing::Tar(Compression::Xz)),
    ("txz", Packing::Tar(Compression::Xz)),
    ("tar.zst", Packing::Tar(Compression::Zstd)),
    ("tar.tzst", Packing::Tar(Compression::Zstd)),
    ("tzst", Packing::Tar(Compression::Zstd)),
    ("tar.zstd", Packing::Tar(Compression::Zstd)),
    ("tar", Packing::Tar(Compression::None)),
];

/// How much an archive may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of all files together.
    pub(crate) bytes: u64,
    /// Files, directories and links.
    pub(crate) entries: u64,
}

/// No module comes near.
pub(crate) const LIMITS: Limits = Limits { bytes: 4 << 30, entries: 500_000 };

/// Memory that an archive may ask for to be unpacked.
const XZ_MEMORY: u64 = 512 << 20;

/// The packing of that name.
pub(crate) fn by_name(name: &str) -> Option<Packing> {
    PACKINGS.iter().find(|(known, _)| *known == name).map(|(_, packing)| *packing)
}

/// The packing that the end of a path tells.
pub(crate) fn by_path(path: &str) -> Option<Packing> {
    let ends = |name: &str| path.strip_suffix(name).is_some_and(|before| before.ends_with('.'));
    PACKINGS.iter().find(|(name, _)| ends(name)).map(|(_, packing)| *packing)
}

/// Names of the packings, for those who have to choose one.
pub(crate) fn names() -> String {
    PACKINGS.iter().map(|(name, _)| *name).collect::<Vec<&str>>().join(", ")
}

/// Unpacks an archive into a directory that is there and empty.
///
/// # Errors
/// When it is damaged, too large, or an entry would be or lead outside; the entry is named. What was unpacked until
/// then stays for the caller to remove.
pub(crate) fn unpack(archive: &Path, packing: Packing, to: &Path, limits: Limits) -> io::Result<()> {
    let mut unpacking = Unpacking { to, left: limits, links: Vec::new(), files: BTreeSet::new() };
    match packing {
        Packing::Zip => unpacking.zip(archive)?,
        Packing::Tar(compression) => {
            let file = BufReader::new(File::open(archive)?);
            match compression {
                Compression::None => unpacking.tar(file)?,
                Compression::Gzip => unpacking.tar(flate2::read::MultiGzDecoder::new(file))?,
                Compression::Bzip2 => unpacking.tar(bzip2::read::MultiBzDecoder::new(file))?,
                Compression::Xz => {
                    let stream = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, liblzma::stream::CONCATENATED);
                    unpacking.tar(liblzma::read::XzDecoder::new_stream(file, stream.map_err(io::Error::other)?))?;
                }
                Compression::Zstd => unpacking.tar(zstd::stream::read::Decoder::with_buffer(file)?)?,
            }
        }
    }
    unpacking.link()
}

struct Unpacking<'a> {
    to: &'a Path,
    left: Limits,
    /// Links are made at the end: nothing is ever written through one.
    links: Vec<(String, PathBuf, String)>,
    /// Files of which another entry may not make something else.
    files: BTreeSet<PathBuf>,
}

impl Unpacking<'_> {
    fn zip(&mut self, archive: &Path) -> io::Result<()> {
        let mut zip = zip::ZipArchive::new(File::open(archive)?).map_err(io::Error::other)?;
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).map_err(io::Error::other)?;
            let name = file.name().map_err(io::Error::other)?.into_owned();
            let mode = file.unix_mode();
            let kind = mode.map_or(0, |mode| mode & 0o170_000);
            if file.is_symlink() {
                let mut target = String::new();
                (&mut file).take(4096).read_to_string(&mut target)?;
                self.later(&name, target)?;
            } else if file.is_dir() {
                self.directory(&name)?;
            } else if kind == 0 || kind == 0o100_000 {
                self.file(&name, &mut file, mode.unwrap_or(0o644))?;
            } else {
                return Err(refused(&name, "is neither a file, nor a directory, nor a symbolic link"));
            }
        }
        Ok(())
    }

    fn tar(&mut self, packed: impl Read) -> io::Result<()> {
        let mut archive = tar::Archive::new(packed);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = text(&entry.path_bytes())?;
            let mode = entry.header().mode().unwrap_or(0o644);
            match entry.header().entry_type() {
                // What hosts add about the whole archive.
                tar::EntryType::XGlobalHeader => {}
                tar::EntryType::Directory => self.directory(&name)?,
                tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse => {
                    self.file(&name, &mut entry, mode)?;
                }
                tar::EntryType::Symlink => {
                    let target = entry.link_name_bytes().map(|target| text(&target)).transpose()?;
                    self.later(&name, target.unwrap_or_default())?;
                }
                tar::EntryType::Link => return Err(refused(&name, "is a hard link")),
                _ => return Err(refused(&name, "is neither a file, nor a directory, nor a symbolic link")),
            }
        }
        Ok(())
    }

    /// The place of an entry; every entry counts.
    fn place(&mut self, name: &str) -> io::Result<PathBuf> {
        self.left.entries =
            self.left.entries.checked_sub(1).ok_or_else(|| io::Error::other("the archive has too many entries"))?;
        inside(name).ok_or_else(|| refused(name, "leads out of the archive"))
    }

    fn directory(&mut self, name: &str) -> io::Result<()> {
        let place = self.place(name)?;
        self.make(name, &place)
    }

    fn make(&self, name: &str, place: &Path) -> io::Result<()> {
        if place.ancestors().any(|above| self.files.contains(above)) {
            return Err(refused(name, "is below a file of the archive"));
        }
        fs::create_dir_all(self.to.join(place))
    }

    fn file(&mut self, name: &str, content: &mut dyn Read, mode: u32) -> io::Result<()> {
        let place = self.place(name)?;
        if let Some(above) = place.parent() {
            self.make(name, above)?;
        }
        let target = self.to.join(&place);
        if target.is_dir() {
            return Err(refused(name, "is a file where the archive has a directory"));
        }
        let mut output = File::create(&target)?;
        let written = io::copy(&mut content.take(self.left.bytes.saturating_add(1)), &mut output)?;
        self.left.bytes =
            self.left.bytes.checked_sub(written).ok_or_else(|| io::Error::other("the archive unpacks to too much"))?;
        self.files.insert(place);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            output.set_permissions(fs::Permissions::from_mode((mode & 0o755) | 0o600))?;
        }
        #[cfg(not(unix))]
        let _ = mode;
        Ok(())
    }

    fn later(&mut self, name: &str, target: String) -> io::Result<()> {
        let place = self.place(name)?;
        self.links.push((name.to_string(), place, target));
        Ok(())
    }

    fn link(self) -> io::Result<()> {
        for (name, place, target) in &self.links {
            if !stays_inside(place, target) {
                return Err(refused(name, &format!("is a link that leads out of the archive (to {target:?})")));
            }
        }
        let places: BTreeSet<&Path> = self.links.iter().map(|(_, place, _)| place.as_path()).collect();
        for (name, place, target) in &self.links {
            let through = place.ancestors().skip(1).any(|above| places.contains(above));
            let path = self.to.join(place);
            if through || fs::symlink_metadata(&path).is_ok() {
                return Err(refused(name, "has the place of another entry"));
            }
            if let Some(above) = place.parent() {
                self.make(name, above)?;
            }
            symlink(target, &path)?;
        }
        Ok(())
    }
}

#[cfg(unix)]
fn symlink(target: &str, path: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn symlink(_: &str, path: &Path) -> io::Result<()> {
    Err(io::Error::other(format!("{} is a symbolic link, which cannot be made here", path.display())))
}

/// Whether a link stays inside: `..` in front only, and not more of them than there are directories above. Then what
/// follows starts in a real directory of the archive, and other links on the way obey the same rule.
fn stays_inside(place: &Path, target: &str) -> bool {
    let mut depth = place.components().count().saturating_sub(1);
    let mut down = false;
    let path = Path::new(target);
    !target.is_empty()
        && !target.contains(['\\', '\0'])
        && path.components().all(|part| match part {
            Component::ParentDir if !down => match depth.checked_sub(1) {
                Some(less) => {
                    depth = less;
                    true
                }
                None => false,
            },
            Component::Normal(_) => {
                down = true;
                true
            }
            Component::CurDir => true,
            _ => false,
        })
}

/// The path of an entry below the directory; `None` for one that leads out of it.
pub(crate) fn inside(name: &str) -> Option<PathBuf> {
    if name.is_empty() || name.contains(['\\', '\0']) {
        return None;
    }
    let mut path = PathBuf::new();
    for part in Path::new(name).components() {
        match part {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(path)
}

fn text(bytes: &[u8]) -> io::Result<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| io::Error::other("the name of an entry is not text"))
}

fn refused(name: &str, why: &str) -> io::Error {
    io::Error::other(format!("the archive has an entry {name:?} that {why}"))
}

#[cfg(test)]
mod tests;
