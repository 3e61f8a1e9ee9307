use crate::{BackendError, DEFAULT_WORKSPACE, DataDir, LocalState, LockHolder, Workspaces};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::Duration;

fn room() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn names(dir: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn writes_and_keeps_the_version_before_the_run() {
    let dir = room();
    let state = LocalState::new(dir.path().join("terraform.tfstate"));
    assert_eq!(state.read().unwrap(), None);
    state.write(b"one").unwrap();
    assert_eq!(names(dir.path()), ["terraform.tfstate"]);
    // The next run: only its first write changes the backup.
    let state = LocalState::new(dir.path().join("terraform.tfstate"));
    state.write(b"two").unwrap();
    state.write(b"three").unwrap();
    assert_eq!(state.read().unwrap().unwrap(), b"three");
    assert_eq!(fs::read(state.backup_path().unwrap()).unwrap(), b"one");
    assert_eq!(names(dir.path()), ["terraform.tfstate", "terraform.tfstate.backup"]);
}

#[test]
fn same_bytes_are_not_written() {
    let dir = room();
    let state = LocalState::new(dir.path().join("s"));
    state.write(b"one").unwrap();
    let inode = fs::metadata(state.path()).unwrap().ino();
    state.write(b"one").unwrap();
    assert_eq!(fs::metadata(state.path()).unwrap().ino(), inode);
}

/// They hold secrets.
#[test]
fn new_states_and_backups_are_their_owners_alone() {
    let dir = room();
    for bytes in [b"one", b"two"] {
        let state = LocalState::new(dir.path().join("terraform.tfstate"));
        let lock = state.try_lock("apply").unwrap();
        state.write(bytes).unwrap();
        drop(lock);
    }
    for file in ["terraform.tfstate", "terraform.tfstate.backup"] {
        let mode = fs::metadata(dir.path().join(file)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn keeps_mode_and_symbolic_link() {
    let dir = room();
    let real = dir.path().join("real");
    fs::write(&real, "one").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    let link = dir.path().join("terraform.tfstate");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let state = LocalState::new(&link);
    let lock = state.try_lock("apply").unwrap();
    state.write(b"two").unwrap();
    drop(lock);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&real).unwrap(), b"two");
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o777, 0o640);
}

#[test]
fn lock_excludes_before_and_after_a_write_and_says_who() {
    let dir = room();
    let path = dir.path().join("terraform.tfstate");
    let (one, two) = (LocalState::new(&path), LocalState::new(&path));
    let lock = one.try_lock("OperationTypeApply").unwrap();
    let refuse = || match two.try_lock("OperationTypePlan").unwrap_err() {
        BackendError::Locked { holder: Some(holder), .. } => {
            assert_eq!(holder.operation, "OperationTypeApply");
            assert_eq!(&*holder, lock.info());
        }
        other => panic!("{other}"),
    };
    refuse();
    // Closing another descriptor of the file would drop a classic record lock.
    drop(fs::File::open(&path).unwrap());
    refuse();
    for text in ["one", "two", "three"] {
        one.write(text.as_bytes()).unwrap();
        refuse();
        assert_eq!(one.read().unwrap().unwrap(), text.as_bytes());
        assert_eq!(two.read().unwrap().unwrap(), text.as_bytes());
    }
    drop(lock);
    // There was nothing before this run, so there is nothing to keep.
    assert_eq!(names(dir.path()), ["terraform.tfstate"]);
    drop(two.try_lock("x").unwrap());
}

#[test]
fn an_unwritten_new_state_leaves_nothing_behind() {
    let dir = room();
    let state = LocalState::new(dir.path().join("terraform.tfstate"));
    drop(state.try_lock("plan").unwrap());
    assert_eq!(names(dir.path()), [""; 0]);
}

#[test]
fn waiting_ends_when_the_holder_lets_go_or_time_is_up() {
    let dir = room();
    let path = dir.path().join("terraform.tfstate");
    let (one, two) = (LocalState::new(&path), LocalState::new(&path));
    let lock = one.try_lock("apply").unwrap();
    assert!(matches!(two.lock("plan", Duration::from_millis(10)), Err(BackendError::Locked { .. })));
    let waiter = std::thread::spawn(move || {
        let lock = two.lock("plan", Duration::from_secs(20)).unwrap();
        (two.read().unwrap(), lock.info().operation.clone())
    });
    one.write(b"one").unwrap();
    drop(lock);
    assert_eq!(waiter.join().unwrap(), (Some(b"one".to_vec()), "plan".to_string()));
}

#[test]
fn who_waits_with_the_replaced_file_open_reads_no_state() {
    let dir = room();
    let state = LocalState::new(dir.path().join("terraform.tfstate"));
    state.write(b"{\"serial\": 1}").unwrap();
    let waiting = fs::File::open(state.path()).unwrap();
    let lock = state.try_lock("apply").unwrap();
    state.write(b"{\"serial\": 2}").unwrap();
    drop(lock);
    let text = std::io::read_to_string(waiting).unwrap();
    assert!(text.starts_with("drform has replaced this state file"), "{text}");
    // With a name of its own the old file is somebody's: it stays.
    let kept = dir.path().join("kept");
    fs::hard_link(state.path(), &kept).unwrap();
    let lock = state.try_lock("apply").unwrap();
    state.write(b"{\"serial\": 3}").unwrap();
    drop(lock);
    assert_eq!(fs::read(&kept).unwrap(), b"{\"serial\": 2}");
}

#[test]
fn word_of_a_dead_holder_does_not_matter() {
    let dir = room();
    let state = LocalState::new(dir.path().join("terraform.tfstate"));
    let word = dir.path().join(".terraform.tfstate.lock.info");
    fs::write(&word, "{\"ID\":\"dead\",\"Who\":\"nobody@nowhere\"}").unwrap();
    fs::write(dir.path().join(".terraform.tfstate.abc123.drform-new"), "half").unwrap();
    let lock = state.try_lock("apply").unwrap();
    let read: LockHolder = serde_json::from_slice(&fs::read(&word).unwrap()).unwrap();
    assert_eq!(&read, lock.info());
    assert_eq!(names(dir.path()), [".terraform.tfstate.lock.info", "terraform.tfstate"]);
}

#[test]
fn a_failed_write_leaves_the_old_bytes() {
    let dir = room();
    let state = LocalState::new(dir.path().join("sub/terraform.tfstate"));
    state.write(b"one").unwrap();
    // A directory in the place of the backup: the write fails before it has touched the state.
    let state = LocalState::new(dir.path().join("sub/terraform.tfstate"));
    fs::create_dir(state.backup_path().unwrap()).unwrap();
    let error = state.write(b"two").unwrap_err();
    assert!(error.to_string().contains("terraform.tfstate.backup"), "{error}");
    assert_eq!(state.read().unwrap().unwrap(), b"one");
}

#[test]
fn full_disk_is_recognised() {
    let full = BackendError::file("write", "terraform.tfstate".as_ref())(ErrorKind::StorageFull.into());
    assert_eq!(full.kind(), Some(ErrorKind::StorageFull));
    let diagnostic = diag::Diagnostic::from(full);
    assert_eq!(diagnostic.summary, "The disk is full");
    assert!(diagnostic.next_step.unwrap().starts_with("Free some space on the disk of ."));
}

#[test]
fn workspaces_are_where_terraform_keeps_them() {
    let dir = room();
    let workspaces = Workspaces::new(dir.path());
    let data = DataDir(dir.path().join(".terraform"));
    assert_eq!(data.selected().unwrap(), DEFAULT_WORKSPACE);
    workspaces.create("blue").unwrap();
    data.select("blue").unwrap();
    assert_eq!(data.selected().unwrap(), "blue");
    assert_eq!(workspaces.list().unwrap(), ["default", "blue"]);
    assert!(workspaces.state("blue").path().ends_with("terraform.tfstate.d/blue/terraform.tfstate"));
    assert!(workspaces.state("default").path().ends_with("terraform.tfstate"));
    workspaces.delete("blue").unwrap();
    assert_eq!(workspaces.list().unwrap(), ["default"]);
    let elsewhere = Workspaces::at(dir.path(), Some("a/b.tfstate"), Some("/w"));
    assert!(elsewhere.state("default").path().ends_with("a/b.tfstate"));
    assert_eq!(elsewhere.state("blue").path(), std::path::Path::new("/w/blue/terraform.tfstate"));
    assert_eq!(data.backend_record().unwrap(), None);
    data.note_backend(Some("{}")).unwrap();
    assert_eq!(data.backend_record().unwrap().as_deref(), Some("{}"));
    data.note_backend(None).unwrap();
    assert_eq!(data.backend_record().unwrap(), None);
    for (name, valid) in [("a-b", true), ("a/b", false), ("", false), ("..", false), ("a b", false)] {
        assert_eq!(Workspaces::is_valid_name(name), valid, "{name}");
    }
}
