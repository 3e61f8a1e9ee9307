//! Copies of files by the protocol of `scp`, whose receiving end is the `scp` of the machine.
//!
//! Each entry is a line (`C0644 SIZE NAME`, `D0755 0 NAME`, `E`) and, of a file, its bytes and a zero. The other side says a
//! zero to each, or one or two and a line of text.

use russh::client::Msg;
use russh::{Channel, ChannelMsg};
use std::path::Path;
use tokio::io::AsyncReadExt;

/// How deep directories may be: links can go round.
const DEPTH: usize = 100;

/// A copy on its way.
pub(crate) struct Copy {
    channel: Channel<Msg>,
    /// What the other side has said and nobody has looked at.
    heard: Vec<u8>,
    errors: Vec<u8>,
    status: Option<u32>,
    open: bool,
}

impl Copy {
    /// Starts the receiving end, which puts what comes into a directory.
    pub(crate) async fn begin(channel: Channel<Msg>, into: &str, directories: bool) -> Result<Copy, String> {
        let flags = if directories { "-rt" } else { "-t" };
        // A name that begins like a flag is none.
        let into = if into.starts_with('-') { format!("./{into}") } else { into.to_owned() };
        channel.exec(true, format!("scp {flags} {}", quoted(&into))).await.map_err(|error| error.to_string())?;
        let mut copy = Copy { channel, heard: Vec::new(), errors: Vec::new(), status: None, open: true };
        copy.agreed().await?;
        Ok(copy)
    }

    /// A file with that content.
    pub(crate) async fn bytes(&mut self, name: &str, content: &[u8]) -> Result<(), String> {
        self.line(&format!("C0644 {} {}", content.len(), plain(name)?)).await?;
        self.send(content).await?;
        self.send(b"\0").await?;
        self.agreed().await
    }

    /// A file of ours.
    pub(crate) async fn file(&mut self, name: &str, from: &Path) -> Result<(), String> {
        let here = |error: std::io::Error| format!("{}: {error}", from.display());
        let file = tokio::fs::File::open(from).await.map_err(here)?;
        let size = file.metadata().await.map_err(here)?.len();
        self.line(&format!("C0644 {size} {}", plain(name)?)).await?;
        let mut file = file.take(size);
        let mut left = size;
        let mut buffer = vec![0; 32 << 10];
        while left > 0 {
            let read = file.read(&mut buffer).await.map_err(here)?;
            if read == 0 {
                return Err(format!("{} became shorter while it was copied", from.display()));
            }
            self.send(buffer.get(..read).unwrap_or_default()).await?;
            left = left.saturating_sub(read as u64);
        }
        self.send(b"\0").await?;
        self.agreed().await
    }

    /// A directory of ours, itself.
    pub(crate) async fn directory(&mut self, from: &Path) -> Result<(), String> {
        let name = std::path::absolute(from).map_err(|error| error.to_string())?;
        let name = name.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.enter(&name, from, 0).await
    }

    /// What is in a directory of ours.
    pub(crate) async fn contents(&mut self, from: &Path) -> Result<(), String> {
        self.entries(from, 0).await
    }

    async fn enter(&mut self, name: &str, from: &Path, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            return Err(format!("{}: directories go deeper than {DEPTH}", from.display()));
        }
        self.line(&format!("D0755 0 {}", plain(name)?)).await?;
        Box::pin(self.entries(from, depth + 1)).await?;
        self.line("E").await
    }

    /// In the order of their names.
    async fn entries(&mut self, from: &Path, depth: usize) -> Result<(), String> {
        let here = |error: std::io::Error| format!("{}: {error}", from.display());
        let mut reader = tokio::fs::read_dir(from).await.map_err(here)?;
        let mut all = Vec::new();
        while let Some(entry) = reader.next_entry().await.map_err(here)? {
            all.push(entry.path());
        }
        all.sort();
        for path in all {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let here = |error: std::io::Error| format!("{}: {error}", path.display());
            // Links are followed, as by Terraform.
            match tokio::fs::metadata(&path).await.map_err(here)?.is_dir() {
                true => self.enter(&name, &path, depth).await?,
                false => self.file(&name, &path).await?,
            }
        }
        Ok(())
    }

    /// No more comes: waits until the other side has put everything into place.
    pub(crate) async fn finish(mut self) -> Result<(), String> {
        self.channel.eof().await.map_err(|error| error.to_string())?;
        while self.open {
            self.listen().await;
        }
        match self.status {
            Some(0) => Ok(()),
            _ => Err(self.broken()),
        }
    }

    async fn line(&mut self, line: &str) -> Result<(), String> {
        self.send(format!("{line}\n").as_bytes()).await?;
        self.agreed().await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.channel.data(bytes).await.map_err(|_| self.broken())
    }

    /// Waits for the other side to agree.
    async fn agreed(&mut self) -> Result<(), String> {
        loop {
            match self.heard.first() {
                Some(0) => {
                    self.heard.remove(0);
                    return Ok(());
                }
                Some(_) if self.heard.contains(&b'\n') || !self.open => {
                    let said: Vec<u8> = self.heard.iter().skip(1).copied().take_while(|byte| *byte != b'\n').collect();
                    return Err(String::from_utf8_lossy(&said).into_owned());
                }
                None if !self.open => return Err(self.broken()),
                _ => self.listen().await,
            }
        }
    }

    async fn listen(&mut self) {
        match self.channel.wait().await {
            Some(ChannelMsg::Data { data }) => self.heard.extend(data.iter()),
            Some(ChannelMsg::ExtendedData { data, .. }) if self.errors.len() < 4096 => self.errors.extend(data.iter()),
            Some(ChannelMsg::ExitStatus { exit_status }) => self.status = Some(exit_status),
            Some(ChannelMsg::Failure) => {
                self.open = false;
                self.errors.extend(b"the server refused to run scp");
            }
            Some(ChannelMsg::Close) | None => self.open = false,
            Some(_) => {}
        }
    }

    fn broken(&self) -> String {
        let said = String::from_utf8_lossy(&self.errors);
        match (self.status, said.trim()) {
            (Some(127), _) => "scp is not installed on the machine".into(),
            (Some(status), "") => format!("scp on the machine ended with {status}"),
            (None, "") => "the connection broke".into(),
            (_, said) => format!("scp on the machine says: {said}"),
        }
    }
}

/// A name without what would end its line.
fn plain(name: &str) -> Result<&str, String> {
    match name.contains(['\n', '/']) || matches!(name, "" | "." | "..") {
        true => Err(format!("{name:?} is no name of a file that can be copied")),
        false => Ok(name),
    }
}

/// A word for a shell.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
