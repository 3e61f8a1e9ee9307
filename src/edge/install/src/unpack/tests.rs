use super::*;
use std::io::Write;

/// An entry of a tar: name, kind, target of a link, content.
type Entry<'a> = (&'a str, tar::EntryType, &'a str, &'a [u8]);

const FILE: tar::EntryType = tar::EntryType::Regular;
const DIRECTORY: tar::EntryType = tar::EntryType::Directory;
const SYMLINK: tar::EntryType = tar::EntryType::Symlink;

/// Written by hand: the library refuses to write what is refused here.
fn tar_of(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, target, content) in entries {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o4777);
        header.set_cksum();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn compressed(plain: &[u8], compression: Compression) -> Vec<u8> {
    match compression {
        Compression::None => plain.to_vec(),
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Bzip2 => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Xz => {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
            encoder.write_all(plain).unwrap();
            encoder.finish().unwrap()
        }
        Compression::Zstd => zstd::encode_all(plain, 1).unwrap(),
    }
}

fn unpacked(bytes: &[u8], packing: Packing) -> (tempfile::TempDir, io::Result<()>) {
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("archive");
    fs::write(&archive, bytes).unwrap();
    let to = dir.path().join("to");
    fs::create_dir(&to).unwrap();
    let result = unpack(&archive, packing, &to, Limits { bytes: 1000, entries: 10 });
    (dir, result)
}

#[test]
fn every_packing() {
    let plain = tar_of(&[
        ("pax", tar::EntryType::XGlobalHeader, "", b"11 comment=x"),
        ("./", DIRECTORY, "", b""),
        ("a/b/main.tf", FILE, "", b"# here"),
        ("a/link", SYMLINK, "b/main.tf", b""),
        ("c/up", SYMLINK, "../a/b", b""),
    ]);
    for (name, packing) in PACKINGS {
        let Packing::Tar(compression) = packing else { continue };
        let (dir, result) = unpacked(&compressed(&plain, compression), packing);
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
        for file in ["a/b/main.tf", "a/link", "c/up/main.tf"] {
            assert_eq!(fs::read_to_string(dir.path().join("to").join(file)).unwrap(), "# here", "{name} {file}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(dir.path().join("to/a/b/main.tf")).unwrap().permissions().mode();
            assert_eq!(mode & 0o7777, 0o755, "no other user writes, nobody becomes another one");
        }
        assert_eq!(by_path(&format!("x/m.{name}")), Some(packing), "{name}");
    }
    for path in ["m.gz", "mzip", "zip", "m.tar.gz.sig"] {
        assert_eq!(by_path(path), None, "{path}");
    }
}

#[test]
fn what_leads_out_is_refused_by_name() {
    let cases: [(&[Entry<'_>], &str); 13] = [
        (&[("../out", FILE, "", b"x")], "\"../out\" that leads out"),
        (&[("a/../../out", FILE, "", b"x")], "\"a/../../out\" that leads out"),
        (&[("/abs", FILE, "", b"x")], "\"/abs\" that leads out"),
        (&[("../dir/", DIRECTORY, "", b"")], "\"../dir/\" that leads out"),
        (
            &[("l", SYMLINK, "/etc/passwd", b"")],
            "\"l\" that is a link that leads out of the archive (to \"/etc/passwd\")",
        ),
        (&[("l", SYMLINK, "..", b"")], "\"l\" that is a link"),
        (&[("a/l", SYMLINK, "../../x", b"")], "\"a/l\" that is a link"),
        // Each looks harmless by itself; together they would lead out.
        (&[("a/b/x", SYMLINK, "../..", b""), ("y", SYMLINK, "a/b/x/..", b"")], "\"y\" that is a link"),
        (&[("l", SYMLINK, "a", b""), ("l/f", FILE, "", b"x")], "\"l\" that has the place of another"),
        (&[("l", SYMLINK, "a", b""), ("l/m", SYMLINK, "b", b"")], "\"l/m\" that has the place of another"),
        (&[("h", tar::EntryType::Link, "a", b"")], "\"h\" that is a hard link"),
        (&[("d", tar::EntryType::Char, "", b"")], "\"d\" that is neither"),
        (&[("f", FILE, "", b"x"), ("f/g", FILE, "", b"x")], "\"f/g\" that is below a file"),
    ];
    for (entries, message) in cases {
        let (dir, result) = unpacked(&tar_of(entries), Packing::Tar(Compression::None));
        let error = result.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
        let names: BTreeSet<String> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(names, ["archive".to_string(), "to".to_string()].into(), "nothing beside");
    }
}

#[test]
fn zips_are_no_better() {
    let zip = |entries: &[(&str, u32, &str)]| {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, mode, content) in entries {
            let options = zip::write::SimpleFileOptions::default().unix_permissions(*mode);
            if mode & 0o170_000 == 0o120_000 {
                writer.add_symlink(*name, *content, options).unwrap();
            } else {
                writer.start_file(*name, options).unwrap();
                writer.write_all(content.as_bytes()).unwrap();
            }
        }
        writer.finish().unwrap().into_inner()
    };
    let (dir, result) = unpacked(&zip(&[("m/main.tf", 0o644, "# z"), ("m/l", 0o120_777, "main.tf")]), Packing::Zip);
    result.unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("to/m/l")).unwrap(), "# z");
    for (entries, message) in [
        ([("../x", 0o644, "")], "\"../x\" that leads out"),
        ([("l", 0o120_777, "../../etc")], "\"l\" that is a link that leads out"),
        ([("a\\..\\b", 0o644, "")], "that leads out"),
    ] {
        let error = unpacked(&zip(&entries), Packing::Zip).1.unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn bounded() {
    let many: Vec<String> = (0..11).map(|i| format!("f{i}")).collect();
    let many: Vec<Entry<'_>> = many.iter().map(|name| (name.as_str(), FILE, "", &b""[..])).collect();
    let tar = Packing::Tar(Compression::None);
    assert_eq!(unpacked(&tar_of(&many), tar).1.unwrap_err().to_string(), "the archive has too many entries");
    let large = vec![0; 1001];
    let error = unpacked(&tar_of(&[("f", FILE, "", &large)]), tar).1.unwrap_err();
    assert_eq!(error.to_string(), "the archive unpacks to too much");
    assert!(unpacked(&tar_of(&[("f", FILE, "", &large[..1000])]), tar).1.is_ok());
    for packing in [Packing::Zip, Packing::Tar(Compression::Gzip), Packing::Tar(Compression::Xz)] {
        assert!(unpacked(b"no archive at all", packing).1.is_err(), "{packing:?}");
    }
}
