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
        "pattern": r"^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]+\.)+[A-Za-z0-9]{2,}$",
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
    Uai = {"type": "string", "pattern": "^[0-9]{7}[A-HJ-NPR-Za-hj-npr-z]$", "examples": ["0350760L", "9990001W"]};
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
    /// E-mail addresses.
    Emails = {"type": "string", "minLength": 1, "examples": ["camille.martin@exemple.fr, jean.valjean@exemple.fr"]};
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
