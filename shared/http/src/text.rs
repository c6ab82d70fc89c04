//! What people type, as the OpenAPI document tells it: `#[schemars(with = "text::Email")]` on a field. Forms take any text and answer what
//! is wrong with it, field by field; the document says what is right, with an example. The rules are those of `rentree_domain`.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

macro_rules! texts {
    ($($(#[$about:meta])* $name:ident = $schema:tt;)*) => {$(
        $(#[$about])*
        #[derive(Debug)]
        pub struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )*};
}

texts! {
    /// An e-mail address.
    Email = {
        "type": "string",
        "format": "email",
        "maxLength": 254,
        "pattern": r"^(?=.{1,64}@)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]{1,63}\.)+[A-Za-z0-9]{2,63}$",
        "examples": ["camille.martin@exemple.fr"],
    };
    /// An e-mail address or a user name.
    Login = {"type": "string", "minLength": 1, "examples": ["camille.martin@exemple.fr", "karine.dunord1003"]};
    /// A password that there is.
    Password = {"type": "string", "minLength": 1};
    /// A password that staff choose.
    NewPassword = {"type": "string", "minLength": 12, "maxLength": 128, "examples": ["velours marmotte 27 canoës"]};
    /// A password that staff or a pupil choose.
    NewPasswordOfPupil = {
        "type": "string",
        "minLength": 8,
        "maxLength": 128,
        "pattern": r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])",
        "examples": ["Velours8Marmotte"],
    };
    /// A first or last name.
    Name = {
        "type": "string",
        "minLength": 1,
        "maxLength": 60,
        "pattern": r"^[A-Za-zÀ-ÖØ-öø-ÿ]+([ '’-][A-Za-zÀ-ÖØ-öø-ÿ]+)*$",
        "examples": ["Dunord"],
    };
    /// A UAI: seven digits, and a letter that checks them.
    Uai = {"type": "string", "pattern": "^[0-9]{7}[A-HJ-NPR-Za-hj-npr-z]$", "examples": ["0350760L"]};
    /// The code of a campaign.
    CampaignCode = {
        "type": "string",
        "pattern": "^[A-HJKMNP-Za-hjkmnp-z]{6}[2-9]{3}$",
        "examples": ["KRTBVW582"],
    };
    /// A code that staff say or show: three words and three digits.
    SpokenCode = {
        "type": "string",
        "pattern": "^([bdfjkmnprstvz][aeu][bdfjkmnprstvz][aeu]-){3}[2-9]{3}$",
        "examples": ["nadu-reka-veta-473"],
    };
    /// A code of the application, or a recovery code.
    OneTimeCode = {"type": "string", "pattern": "^([0-9]{6}|[0-9a-z-]{8,30})$", "examples": ["492039"]};
    /// A birth date.
    BirthDate = {
        "type": "string",
        "pattern": "^(0[1-9]|1[0-9]|2[0-8])/(0[1-9]|1[0-2])/20(0[89]|1[0-9])$",
        "examples": ["10/03/2014"],
    };
    /// The title of a campaign.
    Title = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": r"^[A-Za-z0-9À-ÿ][^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$", "examples": ["Évaluation de rentrée"]};
    /// What pupils read before they begin.
    Message = {"type": "string", "maxLength": 500};
    /// What a colleague becomes.
    Role = {"type": "string", "enum": ["administrator", "member"]};
    /// Whether a member stays, and which: `keep:` or `remove:`, and the identifier.
    Decision = {
        "type": "string",
        "pattern": "^(keep|remove):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        "examples": ["keep:01990000-0000-7000-8000-000000000000"],
    };
    /// E-mail addresses.
    Emails = {"type": "string", "pattern": r"^([A-Za-z0-9]{1,64}@([A-Za-z0-9]{1,63}\.)+[A-Za-z]{2,63}[ ,;\n]*)+$", "examples": ["camille.martin@exemple.fr, jean.valjean@exemple.fr"]};
}

/// A text of `T`, or none: what another field stands for.
#[derive(Debug)]
pub struct OrNone<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OrNone<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"const": ""}, T::json_schema(generator)]})
    }
}

#[cfg(test)]
mod tests {
    use rentree_domain::{CampaignMessage, CampaignTitle, EmailAddress, PersonName, PersonalCode};
    use serde_json::Value;

    use super::*;

    /// What the document says of a text is what the domain reads: its examples, and as many signs as it allows, and no more.
    #[test]
    fn what_is_told_is_what_is_read() {
        reads::<Email>(|text| EmailAddress::parse(text).is_ok());
        reads::<Name>(|text| PersonName::parse(text).is_ok());
        reads::<Uai>(|text| rentree_domain::Uai::parse(text).is_ok());
        reads::<CampaignCode>(|text| rentree_domain::CampaignCode::parse(text).is_ok());
        reads::<SpokenCode>(|text| PersonalCode::parse(text).is_ok());
        reads::<NewPassword>(|text| rentree_domain::Password::new_for_staff(text, &[]).is_ok());
        reads::<NewPasswordOfPupil>(|text| rentree_domain::Password::new_for_pupil(text, &[]).is_ok());
        reads::<Title>(|text| CampaignTitle::parse(text).is_ok());
        reads::<Message>(|text| CampaignMessage::parse(text).is_ok());
    }

    #[track_caller]
    fn reads<T: JsonSchema>(read: impl Fn(&str) -> bool) {
        let schema = T::json_schema(&mut SchemaGenerator::default());
        for example in schema.get("examples").and_then(Value::as_array).into_iter().flatten() {
            assert!(example.as_str().is_some_and(&read), "{}: {example}", T::schema_name());
        }
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok());
        // No word: a name of the first ones, and of all kinds of signs that a pupil's password needs.
        let signs = if T::schema_name() == "Name" { "Kzvqxw" } else { "Kz7vQxw" };
        // An address has parts of their own lengths.
        let has_bounds = T::schema_name() != "Email";
        for (count, does_read) in [
            (bound("minLength"), true),
            (bound("minLength").map(|least| least.saturating_sub(1)), false),
            (bound("maxLength"), true),
            (bound("maxLength").map(|most| most + 1), false),
        ] {
            let Some(count) = count.filter(|_| has_bounds) else { continue };
            let made: String = signs.chars().cycle().take(count).collect();
            assert_eq!(read(&made), does_read, "{}: {count} signs", T::schema_name());
        }
    }
}
