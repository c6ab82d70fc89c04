//! `cargo bench -p rentree-roster --bench reading`: reading against a bare tokeniser pass over the same text, peak memory, a zip bomb.
//!
//! Times are medians of alternating rounds in one run; only their ratios mean anything on another machine. Memory is the
//! peak of a process of its own per file.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, BufReader, Cursor, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use encoding_rs::{ISO_8859_15, UTF_8};
use jiff::civil::date;
use quick_xml::Reader;
use quick_xml::events::Event;
use rentree_domain::Uai;
use rentree_roster::{Options, Reading};
use rentree_samples::{Sample, siecle_zip};

const ROUNDS: usize = 15;
/// The environment variable that makes this binary read one file and tell its peak memory.
const MEASURE: &str = "RENTREE_MEASURE";

fn main() -> io::Result<()> {
    if let Some(file) = std::env::var_os(MEASURE) {
        return measure(Path::new(&file));
    }
    times();
    let folder = tempfile::tempdir()?;
    memory(folder.path())?;
    bomb(folder.path())
}

fn uai() -> Uai {
    Uai::parse("0990001N").expect("a right key")
}

fn read(bytes: &[u8]) -> Reading {
    rentree_roster::read(Cursor::new(bytes), &Options::new(Some(uai()), date(2026, 9, 15))).expect("memory")
}

/// Every event, as cheaply as quick-xml gives them from a stream.
fn bare(bytes: &[u8]) -> usize {
    let mut reader = Reader::from_reader(BufReader::with_capacity(64 * 1024, bytes));
    let mut buffer = Vec::new();
    let mut events = 0;
    loop {
        match reader.read_event_into(&mut buffer).expect("well-formed") {
            Event::Eof => return events,
            event => drop(black_box(event)),
        }
        events += 1;
        buffer.clear();
    }
}

/// A name, and what is timed.
type Task<'a> = (&'a str, Box<dyn Fn() + 'a>);

/// A name, and the block of number n.
type Blocks<'a> = (&'a str, Box<dyn Fn(usize) -> String + 'a>);

fn times() {
    let sample = Sample::new(uai(), 10_000, 1);
    let utf_8 = sample.siecle(UTF_8).bytes;
    let iso = sample.siecle(ISO_8859_15).bytes;
    let zip = siecle_zip(&iso);
    assert_eq!(read(&utf_8).entries.len(), 10_000);
    assert_eq!(read(&utf_8), read(&zip));
    println!("Reading 10,000 pupils, {:.1} MB of XML, {} kB zipped:", megabytes(utf_8.len()), zip.len() / 1024);
    let tasks: [Task<'_>; 4] = [
        ("bare quick-xml pass", Box::new(|| _ = black_box(bare(&utf_8)))),
        ("UTF-8, read and checked", Box::new(|| drop(black_box(read(&utf_8))))),
        ("ISO-8859-15, read and checked", Box::new(|| drop(black_box(read(&iso))))),
        ("zip, read and checked", Box::new(|| drop(black_box(read(&zip))))),
    ];
    let mut rounds = vec![Vec::with_capacity(ROUNDS); tasks.len()];
    for _ in 0..ROUNDS {
        for ((_, task), rounds) in tasks.iter().zip(&mut rounds) {
            let started = Instant::now();
            task();
            rounds.push(started.elapsed());
        }
    }
    let medians: Vec<Duration> = rounds.into_iter().map(median).collect();
    for ((name, _), time) in tasks.iter().zip(&medians) {
        let ratio = time.as_secs_f64() / medians[0].as_secs_f64();
        println!("  {name:<32} {:>7.1} ms   {ratio:>5.2} × bare", time.as_secs_f64() * 1000.0);
    }
    println!("  goal: at most 1.20 × bare for XML");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn memory(folder: &Path) -> io::Result<()> {
    println!("Peak memory of a process that reads a file (without a file: {} kB):", peak(Path::new(""))?.1);
    println!("  {:<44} {:>8} {:>10} {:>12}", "", "pupils", "peak kB", "per pupil B");
    for megabytes in [1, 10, 100] {
        // What grows is the pupils themselves …
        let sample = Sample::new(uai(), megabytes * 365, 1);
        tell(folder, &format!("{megabytes} MB of pupils"), &sample.siecle(ISO_8859_15).bytes)?;
    }
    for megabytes in [1, 10, 100] {
        // … and nothing else: the same pupils among more and more that is passed over.
        let text = String::from_utf8(Sample::new(uai(), 300, 1).siecle(UTF_8).bytes).expect("UTF-8");
        let option = "<OPTION><OPTIONS_ELEVE><CODE_MATIERE>030201</CODE_MATIERE></OPTIONS_ELEVE></OPTION>\n";
        let filler = option.repeat((megabytes * 1_000_000 - text.len()) / option.len());
        let text = text.replacen("<OPTIONS>", &format!("<OPTIONS>{filler}"), 1);
        tell(folder, &format!("{megabytes} MB, 300 pupils among other elements"), text.as_bytes())?;
    }
    hostile_classes(folder)
}

/// 256 MiB of classes, of pupils whom the file does not hold: what is kept of them is limited, too.
fn hostile_classes(folder: &Path) -> io::Result<()> {
    const BYTES: usize = 255 << 20;
    const FEW: usize = 49_000;
    let block = |id: &str, code: &str| {
        format!(
            "<STRUCTURES_ELEVE ELEVE_ID='{id}' ELENOET='{id}'><STRUCTURE><CODE_STRUCTURE>{code}</CODE_STRUCTURE>\
             <TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>\n"
        )
    };
    let long = "A".repeat(1000 * 1000);
    let kinds: [Blocks<'_>; 5] = [
        ("another pupil each", Box::new(|n| block(&n.to_string(), "6E1"))),
        (
            "another pupil and class each, few enough",
            Box::new(|n| block(&(n % FEW).to_string(), &(n % FEW).to_string())),
        ),
        ("always the same pupil, another class", Box::new(|n| block("1", &n.to_string()))),
        (
            "long numbers and classes",
            Box::new(|n| block(&format!("{n}{}", &long[..400]), &format!("{n}{}", &long[..400]))),
        ),
        ("a megabyte each", Box::new(|n| block(&n.to_string(), &format!("{n}{long}")))),
    ];
    let text = String::from_utf8(Sample::new(uai(), 3, 1).siecle(UTF_8).bytes).expect("UTF-8");
    let (before, behind) = text.split_once("<STRUCTURES>").expect("classes");
    for (name, block) in kinds {
        let file = folder.join("file.xml");
        let mut writer = io::BufWriter::new(File::create(&file)?);
        write!(writer, "{before}<STRUCTURES>")?;
        let mut written = text.len();
        for n in 0.. {
            let block = block(n);
            written += block.len();
            if written > BYTES {
                break;
            }
            writer.write_all(block.as_bytes())?;
        }
        write!(writer, "{behind}")?;
        writer.flush()?;
        drop(writer);
        let (what, peak_kb) = peak(&file)?;
        println!("  256 MiB of classes, {name:<42} {what}, peak {peak_kb} kB (goal: 64,000)");
        assert!(peak_kb < 64_000, "{name}");
    }
    Ok(())
}

fn tell(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let file = folder.join("file.xml");
    std::fs::write(&file, bytes)?;
    let (what, peak_kb) = peak(&file)?;
    let pupils: u64 = what.parse().unwrap_or_default();
    println!("  {name:<44} {pupils:>8} {peak_kb:>10} {:>12}", (peak_kb * 1024).checked_div(pupils).unwrap_or_default());
    Ok(())
}

fn bomb(folder: &Path) -> io::Result<()> {
    let file = folder.join("bomb.zip");
    let mut writer = zip::ZipWriter::new(File::create(&file)?);
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(1))
        .large_file(true);
    writer.start_file("ElevesSansAdresses.xml", options)?;
    io::copy(&mut io::repeat(0).take(10 << 30), &mut writer)?;
    writer.finish()?.flush()?;
    let started = Instant::now();
    let (what, peak_kb) = peak(&file)?;
    println!(
        "A zip of 10 GB of zeros ({} kB): {what} in {:?}, peak {peak_kb} kB",
        std::fs::metadata(&file)?.len() / 1024,
        started.elapsed()
    );
    Ok(())
}

/// What a process of its own found in a file, and its peak memory in kB.
fn peak(file: &Path) -> io::Result<(String, u64)> {
    let output = Command::new(std::env::current_exe()?).env(MEASURE, file).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (what, peak) = text.trim_end().rsplit_once(' ').unwrap_or_default();
    Ok((what.to_owned(), peak.parse().unwrap_or_default()))
}

/// In that process.
fn measure(file: &Path) -> io::Result<()> {
    let mut what = String::new();
    if !file.as_os_str().is_empty() {
        let mut options = Options::new(Some(uai()), date(2026, 9, 15));
        // What a zip of an allowed size unpacks to is read here without one.
        options.limits.file_bytes = u64::MAX;
        let reading = rentree_roster::read(File::open(file)?, &options)?;
        what = match &reading.refusal {
            Some(refusal) => format!("refused as {}", refusal.code),
            None => reading.entries.len().to_string(),
        };
        black_box(&reading);
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    println!("{what} {}", peak.trim().trim_end_matches(" kB"));
    Ok(())
}

fn megabytes(bytes: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let bytes = bytes as f64;
    bytes / 1e6
}
