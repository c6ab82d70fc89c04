//! The file that `cargo lambda watch --env-file` reads, as its library (env-file-reader) takes it: `NAME='value'`, a line
//! each. A value without quotes could hold no space, and a quoted one can hold no quote of its own kind.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use rentree_runtime::Settings;

/// Only files that begin so are ours to write and to delete.
const MARK: &str = "# cargo dev cloud writes this file when it starts, and deletes it when it ends.\n";

/// The file, until it is dropped.
#[derive(Debug)]
pub struct EnvFile(PathBuf);

impl EnvFile {
    /// Writes it, in place of one that an earlier start left.
    pub fn write(path: &Path, settings: &Settings) -> anyhow::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(other) => {
                ensure!(other.starts_with(MARK), "{} is somebody else's file; move it away first", path.display());
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
        }
        std::fs::write(path, text(settings)?).with_context(|| format!("writing {}", path.display()))?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for EnvFile {
    fn drop(&mut self) {
        // Functions that started with a stale file would wait for a cloud that is gone.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn text(settings: &Settings) -> anyhow::Result<String> {
    let mut text = MARK.to_owned();
    for (name, value) in settings.iter() {
        text.push_str(&format!("{name}={}\n", quoted(value).with_context(|| name.to_owned())?));
    }
    Ok(text)
}

fn quoted(value: &str) -> anyhow::Result<String> {
    ensure!(!value.contains("\\n"), "the file would make a line break of a backslash and an n");
    let Some(quote) = ['\'', '`'].into_iter().find(|quote| !value.contains(*quote)) else {
        bail!("a value with both kinds of quotes cannot be written into the file");
    };
    Ok(format!("{quote}{value}{quote}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_by_what_they_do_not_hold() {
        let settings = Settings::from_pairs([
            ("COURSES", r#"[{"title": "Compétences, niveau 6e"}]"#),
            ("FROM", "L'école <ecole@rentree.example>"),
            ("NOTHING", ""),
        ]);
        let lines =
            "COURSES='[{\"title\": \"Compétences, niveau 6e\"}]'\nFROM=`L'école <ecole@rentree.example>`\nNOTHING=''\n";
        assert_eq!(text(&settings).unwrap(), format!("{MARK}{lines}"));
        for value in ["'`", "a\\nb"] {
            let refused = text(&Settings::from_pairs([("COURSES", value)])).unwrap_err();
            assert!(refused.to_string().contains("COURSES"), "{refused:#}");
        }
    }

    #[test]
    fn the_file_of_somebody_else_stays() {
        let folder = std::env::temp_dir().join(format!("rentree-env-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(".env");
        let settings = Settings::from_pairs([("TABLE", "rentree")]);
        std::fs::write(&path, "TABLE=mine\n").unwrap();
        assert!(EnvFile::write(&path, &settings).unwrap_err().to_string().contains("somebody else's"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "TABLE=mine\n");

        std::fs::write(&path, MARK).unwrap();
        let ours = EnvFile::write(&path, &settings).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().ends_with("TABLE='rentree'\n"));
        drop(ours);
        assert!(!path.exists());
        std::fs::remove_dir(&folder).unwrap();
    }
}
