//! `cargo dev sample FILE`

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use encoding_rs::{Encoding, ISO_8859_15, MACINTOSH, UTF_8, WINDOWS_1252};
use rentree_domain::Uai;
use rentree_local::DEMO_UAI;
use rentree_local::say;
use rentree_samples::{Sample, SchoolDirectory, siecle_zip};

#[derive(Args)]
pub(crate) struct SampleArguments {
    /// Where to write; .xml and .zip make a SIECLE file, .csv a Fregata file
    file: PathBuf,
    /// How many pupils
    #[arg(long, default_value_t = 500)]
    pupils: usize,
    /// A directory of so many schools instead, over the whole country (.csv)
    #[arg(long, conflicts_with_all = ["pupils", "uai", "skip", "encoding"])]
    schools: Option<usize>,
    /// The certifications of a session that these pupils took instead (.csv), named as the session
    #[arg(long, conflicts_with_all = ["schools", "faults", "encoding"])]
    certifications: bool,
    /// The school
    #[arg(long, default_value = DEMO_UAI, value_parser = Uai::parse)]
    uai: Uai,
    /// Another seed, other pupils
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave out the first pupils
    #[arg(long, default_value_t = 0)]
    skip: usize,
    /// A fault on a pupil or school, counted from 1: `ine_missing@3`, `uai_key@3`; may be given several times
    #[arg(long = "fault", value_name = "FAULT@NUMBER")]
    faults: Vec<String>,
    /// How the file is written; ISO-8859-15 for SIECLE, UTF-8 for Fregata unless said
    #[arg(long, value_enum)]
    encoding: Option<FileEncoding>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FileEncoding {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "iso-8859-15")]
    Iso8859_15,
    #[value(name = "windows-1252")]
    Windows1252,
    Macintosh,
}

impl FileEncoding {
    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Iso8859_15 => ISO_8859_15,
            Self::Windows1252 => WINDOWS_1252,
            Self::Macintosh => MACINTOSH,
        }
    }
}

/// Writes the file.
pub(crate) fn run(arguments: &SampleArguments) -> anyhow::Result<()> {
    if let Some(count) = arguments.schools {
        return directory(arguments, count);
    }
    let mut sample = Sample::new(arguments.uai, 0, arguments.seed);
    sample.enrol(arguments.skip..arguments.pupils);
    if arguments.certifications {
        return certifications(&arguments.file, &sample);
    }
    let count = sample.pupils.len();
    for (index, fault) in faults(&arguments.faults, count)? {
        sample.spoil(index, fault);
    }
    let encoding = arguments.encoding.map(FileEncoding::encoding);
    let bytes = match arguments.file.extension().and_then(|extension| extension.to_str()) {
        Some("xml") => sample.siecle(encoding.unwrap_or(ISO_8859_15)).bytes,
        Some("zip") => siecle_zip(&sample.siecle(encoding.unwrap_or(ISO_8859_15)).bytes),
        Some("csv") => sample.fregata(encoding.unwrap_or(UTF_8)).bytes,
        _ => bail!("{}: the name must end in .xml, .zip or .csv", arguments.file.display()),
    };
    std::fs::write(&arguments.file, &bytes).with_context(|| format!("writing {}", arguments.file.display()))?;
    say!("{} : {} élèves, {} octets", arguments.file.display(), sample.pupils.len(), bytes.len());
    Ok(())
}

/// Writes the certifications of a session.
fn certifications(file: &Path, sample: &Sample) -> anyhow::Result<()> {
    let bytes = sample.certifications();
    std::fs::write(file, &bytes).with_context(|| format!("writing {}", file.display()))?;
    say!("{} : {} certifications, {} octets", file.display(), sample.pupils.len(), bytes.len());
    Ok(())
}

/// Writes a directory of schools.
fn directory(arguments: &SampleArguments, count: usize) -> anyhow::Result<()> {
    let mut sample = SchoolDirectory::new(count, arguments.seed);
    for (index, fault) in faults(&arguments.faults, count)? {
        sample.spoil(index, fault);
    }
    let bytes = sample.csv();
    std::fs::write(&arguments.file, &bytes).with_context(|| format!("writing {}", arguments.file.display()))?;
    say!("{} : {count} établissements, {} octets", arguments.file.display(), bytes.len());
    Ok(())
}

/// The faults asked for, and on whom, from 0.
fn faults<F>(asked: &[String], count: usize) -> anyhow::Result<Vec<(usize, F)>>
where
    F: FromStr,
    F::Err: std::error::Error + Send + Sync + 'static,
{
    let read = |asked: &String| {
        let (fault, number) = asked.split_once('@').with_context(|| format!("{asked}: expected FAULT@NUMBER"))?;
        let fault = fault.parse()?;
        let index = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        match index.filter(|index| *index < count) {
            Some(index) => Ok((index, fault)),
            None => bail!("{asked}: the file has 1 to {count}"),
        }
    };
    asked.iter().map(read).collect()
}
