//! Checks a SAML response without any network: the same reading as at sign-on.
//!
//! Exit status: 0 accepted, 2 refused, 1 a file cannot be read, or the command is not understood.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use jiff::Timestamp;
use mediacentre::response::{self, AttributeNames, Code, IdentityProvider, Refusal, Settings, SignOn, Skew};
use serde::Serialize;

/// Vérifie une réponse SAML du Médiacentre sans aucun réseau.
#[derive(Parser)]
#[command(name = "check-response")]
struct Arguments {
    /// La réponse : son XML, ou son base64 tel que le formulaire le contient
    file: PathBuf,
    /// Les métadonnées du fournisseur d’identité
    #[arg(long, value_name = "M.xml")]
    idp_metadata: PathBuf,
    /// L’entityID de ce service
    #[arg(long, value_name = "E")]
    entity_id: String,
    /// L’adresse à laquelle les réponses sont envoyées
    #[arg(long, value_name = "URL")]
    acs: String,
    /// L’identifiant de la demande à laquelle la réponse doit répondre
    #[arg(long, value_name = "ID")]
    request: String,
    /// L’instant de la vérification (2026-09-01T08:00:00Z)
    #[arg(long, value_name = "TIME")]
    now: Timestamp,
    /// L’écart toléré entre les horloges, en secondes (300 au plus)
    #[arg(long, value_name = "SECONDS", default_value = "300")]
    skew: u16,
    /// Un objet JSON au lieu d’un texte
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Accepted {
        ido: String,
        first_names: Vec<String>,
        last_names: Vec<String>,
        attributes: BTreeMap<String, Vec<String>>,
    },
    Refused {
        code: Code,
        detail: String,
    },
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version come this way too. Nothing can be done if the terminal is gone.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    match run(&arguments) {
        Ok(status) => ExitCode::from(status),
        Err(message) => {
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: &Arguments) -> Result<u8, String> {
    let file = bytes(&arguments.file)?;
    let provider = IdentityProvider::from_metadata(&bytes(&arguments.idp_metadata)?)
        .map_err(|error| format!("métadonnées {} : {error}", arguments.idp_metadata.display()))?;
    let settings = Settings {
        entity_id: arguments.entity_id.clone(),
        acs: arguments.acs.clone(),
        attributes: AttributeNames::default(),
        skew: Skew::seconds(arguments.skew).map_err(|_| "l’écart toléré est de 300 secondes au plus".to_owned())?,
    };
    let read = xml(file).and_then(|xml| response::read(&xml, &provider, &settings, &arguments.request, arguments.now));
    let outcome = Outcome::from(read);
    let text = if arguments.json {
        serde_json::to_string(&outcome).map_err(|error| error.to_string())? + "\n"
    } else {
        outcome.to_text()
    };
    // Whoever reads it may stop, as `head` does.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(match outcome {
        Outcome::Accepted { .. } => 0,
        Outcome::Refused { .. } => 2,
    })
}

fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("impossible de lire {} : {error}", file.display()))
}

/// Base64 has neither `<` nor anything beyond ASCII, and a response in XML has both or one of them.
fn xml(file: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if file.contains(&b'<') || !file.is_ascii() { Ok(file) } else { response::decode(&file) }
}

impl From<Result<SignOn, Refusal>> for Outcome {
    fn from(read: Result<SignOn, Refusal>) -> Self {
        match read {
            Ok(SignOn { ido, first_names, last_names, attributes, .. }) => {
                Self::Accepted { ido, first_names, last_names, attributes }
            }
            Err(refusal) => Self::Refused { code: refusal.code, detail: refusal.detail() },
        }
    }
}

impl Outcome {
    fn to_text(&self) -> String {
        match self {
            Self::Refused { code, detail } => format!("Refusée ({code}) : {detail}\n"),
            Self::Accepted { ido, attributes, .. } => {
                let mut text = format!("Acceptée. IDO : {ido}\n");
                for (name, values) in attributes {
                    let _ = writeln!(text, "  {name} : {}", values.join(", "));
                }
                text
            }
        }
    }
}
