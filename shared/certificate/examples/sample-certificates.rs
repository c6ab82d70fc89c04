//! `cargo run -p rentree-certificate --example sample-certificates -- FILE [PUPILS]`: writes certificates of invented pupils, to look at.

#[path = "../tests/certificates/samples.rs"]
mod samples;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), pupils) = (arguments.next(), arguments.next()) else {
        eprintln!("sample-certificates FILE [PUPILS]");
        return ExitCode::FAILURE;
    };
    let pupils = pupils.and_then(|pupils| pupils.parse().ok()).unwrap_or(2);
    let mut certificates = samples::many(pupils);
    certificates.push(samples::of(&["Wilhelmine"; 5].join("-"), &"W".repeat(60)));
    certificates.push(samples::of("Anne-Laure Marie Joséphine Élisabeth", "DE LA ROCHEFOUCAULD-MONTBEL D’ARTOIS"));
    certificates.push(samples::of("王小明", "Ɛ\u{300}BLA"));
    let mut long = samples::of("Li", "WU");
    long.birth_date = None;
    long.score = 1024;
    long.school = "Lycée polyvalent des métiers de l’hôtellerie, de la restauration et du tourisme Marie-Curie, Saint-Rémy-lès-Chevreuse-sur-Mer".to_owned();
    certificates.push(long);
    match rentree_certificate::pdf(&certificates) {
        Ok(file) => {
            println!("{} bytes; letters are missing at {:?}", file.bytes.len(), file.with_missing_letters);
            std::fs::write(path, file.bytes).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
