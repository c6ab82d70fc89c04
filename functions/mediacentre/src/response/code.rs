//! Why a response is refused. Codes are a contract: logs, support and the table of `docs/mediacentre.md` know them.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $sentence:literal;)+) => {
        /// Why a response is refused: each with its rule, and where the rule comes from.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl Code {
            /// Every code, in the order in which their rules are applied.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as programs and logs know it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What it means, for whoever does support.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }

        impl fmt::Display for Code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    // The door: `base64`, `door`.

    /// At most 256 kB of XML, 400 kB of base64, and 1 MB once canonical. Ours: a real response has about 10 kB.
    TooLarge = "too_large", "La réponse est trop volumineuse.";
    /// SAML bindings 3.5.4: the form's field is base64 (RFC 4648, 4). Line breaks may stand in it, nothing else.
    NotBase64 = "not_base64", "Le champ SAMLResponse n’est pas du base64.";
    /// Ours: one encoding, so that there is one reading of the bytes.
    NotUtf8 = "not_utf8", "La réponse n’est pas en UTF-8.";
    /// Ours: a declaration that names another encoding than UTF-8 makes other parsers read other text.
    EncodingOther = "encoding_other", "La déclaration XML annonce un autre encodage que UTF-8.";
    /// Ours: XML 1.1 has other line ends and other characters.
    XmlVersionOther = "xml_version_other", "La réponse n’est pas en XML 1.0.";
    /// SOAP and SAML forbid it in messages; entities and default attributes change what was signed.
    Doctype = "doctype", "La réponse contient une déclaration DOCTYPE.";
    /// Ours: none is needed, and parsers differ about what surrounds one.
    ProcessingInstruction = "processing_instruction", "La réponse contient une instruction de traitement.";
    /// At most 32 elements within one another. Ours.
    TooDeep = "too_deep", "Les éléments de la réponse sont imbriqués trop profondément.";
    /// At most 64 attributes in a tag, and 64 namespaces declared on an element and around it. Ours: comparing them takes the
    /// square of their number.
    TooManyAttributes = "too_many_attributes", "Un élément de la réponse a trop d’attributs.";
    /// Namespaces in XML 1.0: no `xmlns` twice, no `xmlns:p=""`, no prefix `xmlns`, no name without its prefix (`:a`).
    NamespacesMalformed = "namespaces_malformed", "Les espaces de noms de la réponse sont mal déclarés.";
    /// At most 4,096 nodes. Ours.
    TooManyNodes = "too_many_nodes", "La réponse a trop d’éléments.";
    /// XML 1.0. Also an entity that is none of the five predefined ones.
    NotWellFormed = "not_well_formed", "La réponse n’est pas du XML bien formé.";
    /// SAML core 1.3.4: an ID stands once, or a signature could mean either.
    IdTwice = "id_twice", "Un même identifiant est porté par deux éléments.";

    // The shape: `shape`, `status`, `element`.

    /// SAML profiles 4.1.4: the message is a `samlp:Response`.
    NotAResponse = "not_a_response", "Le document n’est pas une réponse SAML 2.0 (samlp:Response).";
    /// SAML core 1.3.2.
    VersionOther = "version_other", "La version de SAML n’est pas 2.0.";
    /// Schema of SAML: an element that must be there.
    ElementMissing = "element_missing", "Un élément obligatoire manque.";
    /// Schema of SAML: an element that stands once.
    ElementTwice = "element_twice", "Un élément unique est présent deux fois.";
    /// Schema of SAML: these elements have no others in them.
    UnexpectedElement = "unexpected_element", "Un élément n’est pas à sa place.";
    /// Schema of SAML: these elements have no text of their own.
    UnexpectedText = "unexpected_text", "Du texte se trouve entre des éléments.";
    /// SAML core 3.2.2.2: everything but success is the provider's own refusal.
    StatusOther = "status_other", "Le fournisseur d’identité a répondu par un échec.";
    /// Ours: no key for decryption exists, so that nothing could be read of it.
    Encrypted = "encrypted", "La réponse contient un élément chiffré.";
    /// SAML profiles 4.1.4.2: a successful response has an assertion.
    AssertionMissing = "assertion_missing", "La réponse ne contient pas d’assertion.";
    /// Ours, against wrapping: nobody has to choose which one counts, in whatever namespace the other stands.
    AssertionTwice = "assertion_twice", "La réponse contient plusieurs éléments nommés Assertion.";
    /// Ours, against wrapping: the assertion is a child of the response, in the namespace of SAML 2.0.
    AssertionElsewhere = "assertion_elsewhere", "L’assertion n’est pas un enfant direct de la réponse.";
    /// SAML core 2.3.3 and 3.2.2: both have an ID.
    IdMissing = "id_missing", "La réponse ou l’assertion n’a pas d’identifiant.";

    // Who says so: `issuer`.

    /// SAML profiles 4.1.4.2: the assertion's issuer is the provider that was asked, to the letter.
    IssuerOther = "issuer_other", "L’assertion vient d’un autre fournisseur d’identité.";
    /// SAML profiles 4.1.4.2: so is the response's, where it says one.
    ResponseIssuerOther = "response_issuer_other", "La réponse vient d’un autre fournisseur d’identité.";

    // Signatures: `signature`, `algorithm`, `canonical`, `key`.

    /// SAML profiles 4.1.3.5: what comes by POST is signed.
    Unsigned = "unsigned", "Ni la réponse ni l’assertion n’est signée.";
    /// SAML core 5.4.1, against wrapping: a signature is a child of what it signs.
    SignatureElsewhere = "signature_elsewhere", "Une signature n’est pas à sa place.";
    /// Schema of SAML: one signature each.
    SignatureTwice = "signature_twice", "La réponse ou l’assertion a deux signatures.";
    /// XML signature 4.1: `SignedInfo`, `SignatureValue`, perhaps `KeyInfo`; values are one text node of base64.
    SignatureMalformed = "signature_malformed", "Une signature est mal formée.";
    /// SAML core 5.4.3: exclusive canonicalisation. Ours: without comments.
    CanonicalizationOther = "canonicalization_other", "La canonicalisation n’est pas « exclusive, sans commentaires ».";
    /// Ours: RSA with SHA-256, 384 or 512. No SHA-1, no HMAC with a public key as its secret.
    SignatureAlgorithmOther = "signature_algorithm_other", "L’algorithme de signature n’est pas RSA avec SHA-256, 384 ou 512.";
    /// SAML core 5.4.2: a signature has one reference, to the ID of the element that it is a child of.
    ReferenceOther = "reference_other", "La signature ne porte pas sur l’élément qui la contient.";
    /// SAML core 5.4.4. Ours: exactly enveloped, then exclusive; no `XPath`, no XSLT, no base64.
    TransformsOther = "transforms_other", "Les transformations de la signature ne sont pas « enveloppée, puis exclusive ».";
    /// Ours: SHA-256, 384 or 512.
    DigestAlgorithmOther = "digest_algorithm_other", "L’algorithme d’empreinte n’est pas SHA-256, 384 ou 512.";
    /// Ours: the metadata must name an RSA key for signing. `KeyInfo` is never asked.
    KeyMissing = "key_missing", "Les métadonnées du fournisseur n’ont aucune clé RSA de signature.";
    /// Ours: RSA of at least 2,048 bits, whose signatures have at least 256 bytes.
    KeyTooShort = "key_too_short", "La signature est faite avec une clé RSA de moins de 2 048 bits.";
    /// XML signature 3.2.2: the signature is by no key of the metadata, or what it signs was changed.
    SignatureWrong = "signature_wrong", "La signature ne correspond à aucune clé du fournisseur d’identité.";
    /// XML signature 3.2.1: what the signature refers to was changed.
    DigestWrong = "digest_wrong", "Le contenu a été modifié après la signature.";

    // Is it for us, and for this request: `addressee`, `confirmation`.

    /// SAML bindings 3.5.5.2: the address that the response was sent to, where it says one.
    DestinationOther = "destination_other", "La réponse est destinée à une autre adresse.";
    /// SAML profiles 4.1.4.3 and 4.1.5. Ours: unsolicited responses are refused, on the response and in the assertion.
    InResponseToMissing = "in_response_to_missing", "La réponse ne dit pas à quelle demande elle répond.";
    /// SAML profiles 4.1.4.3: it answers the request that this browser made.
    InResponseToOther = "in_response_to_other", "La réponse répond à une autre demande.";
    /// SAML profiles 4.1.4.2: at least one confirmation of the subject is "bearer". All that are must hold.
    BearerMissing = "bearer_missing", "L’assertion n’a pas de confirmation « bearer ».";
    /// SAML profiles 4.1.4.2: a bearer confirmation has a recipient.
    RecipientMissing = "recipient_missing", "La confirmation ne dit pas à qui elle est destinée.";
    /// SAML profiles 4.1.4.3: the recipient is our address, to the letter.
    RecipientOther = "recipient_other", "La confirmation est destinée à une autre adresse.";
    /// SAML profiles 4.1.4.2: a bearer confirmation has an end.
    EndMissing = "end_missing", "La confirmation n’a pas de fin de validité.";

    // Is it so now: `moment`, `confirmation`, `conditions`.

    /// SAML core 1.3.3: times are in UTC, by a `Z`, and without leap seconds.
    TimeMalformed = "time_malformed", "Une date n’est pas de la forme 2026-09-01T08:00:00Z.";
    /// SAML core 2.5.1.2, with at most five minutes of clock skew.
    NotYetValid = "not_yet_valid", "La réponse n’est pas encore valable.";
    /// SAML core 2.5.1.2 and profiles 4.1.4.3, with at most five minutes of clock skew.
    Expired = "expired", "La réponse n’est plus valable.";
    /// SAML core 2.7.2: the provider's own session is over.
    SessionOver = "session_over", "La session chez le fournisseur d’identité est terminée.";
    /// SAML profiles 4.1.4.2: an audience restriction is there.
    AudienceMissing = "audience_missing", "L’assertion ne dit pas pour quel service elle est faite.";
    /// SAML core 2.5.1.4: each restriction names us, to the letter.
    AudienceOther = "audience_other", "L’assertion est faite pour un autre service.";
    /// SAML core 2.5.1: a condition that is not understood makes the assertion invalid.
    ConditionUnknown = "condition_unknown", "L’assertion pose une condition inconnue.";

    // What is said of the person: `values`, `sign_on`.

    /// Schema of SAML: an attribute has a name.
    AttributeUnnamed = "attribute_unnamed", "Un attribut n’a pas de nom.";
    /// Ours: nobody has to choose which one counts.
    AttributeTwice = "attribute_twice", "Un même attribut est donné deux fois.";
    /// Ours: values are text.
    ValueHasElements = "value_has_elements", "La valeur d’un attribut contient des éléments.";
    /// The GAR always gives an IDO; without one, nobody is known.
    IdoMissing = "ido_missing", "L’identifiant IDO manque.";
    /// The IDO has one value.
    IdoSeveral = "ido_several", "L’identifiant IDO a plusieurs valeurs.";
    /// An empty IDO would be everybody's.
    IdoEmpty = "ido_empty", "L’identifiant IDO est vide.";
    /// At most 255 characters; the GAR gives 128. Ours.
    IdoTooLong = "ido_too_long", "L’identifiant IDO est trop long.";
}
