//! Names of elements, each with its namespace. Prefixes mean nothing: makers choose them as they like.

/// A namespace and a local name.
pub(super) type Name = (&'static str, &'static str);

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNING: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Exclusive canonicalisation: both the namespace of its parameter and the name of the algorithm.
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The namespace of `xml:id` and `xml:lang`.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

pub(super) const RESPONSE: Name = (PROTOCOL, "Response");
pub(super) const EXTENSIONS: Name = (PROTOCOL, "Extensions");
pub(super) const STATUS: Name = (PROTOCOL, "Status");
pub(super) const STATUS_CODE: Name = (PROTOCOL, "StatusCode");
pub(super) const STATUS_MESSAGE: Name = (PROTOCOL, "StatusMessage");
pub(super) const STATUS_DETAIL: Name = (PROTOCOL, "StatusDetail");

pub(super) const ASSERTION: Name = (SAML, "Assertion");
pub(super) const ISSUER: Name = (SAML, "Issuer");
pub(super) const ADVICE: Name = (SAML, "Advice");
pub(super) const STATEMENT: Name = (SAML, "Statement");
pub(super) const AUTHN_STATEMENT: Name = (SAML, "AuthnStatement");
pub(super) const AUTHZ_STATEMENT: Name = (SAML, "AuthzDecisionStatement");
pub(super) const ATTRIBUTE_STATEMENT: Name = (SAML, "AttributeStatement");
pub(super) const ATTRIBUTE: Name = (SAML, "Attribute");
pub(super) const ATTRIBUTE_VALUE: Name = (SAML, "AttributeValue");

pub(super) const SUBJECT: Name = (SAML, "Subject");
pub(super) const BASE_ID: Name = (SAML, "BaseID");
pub(super) const NAME_ID: Name = (SAML, "NameID");
pub(super) const CONFIRMATION: Name = (SAML, "SubjectConfirmation");
pub(super) const CONFIRMATION_DATA: Name = (SAML, "SubjectConfirmationData");

pub(super) const CONDITIONS: Name = (SAML, "Conditions");
pub(super) const AUDIENCE_RESTRICTION: Name = (SAML, "AudienceRestriction");
pub(super) const AUDIENCE: Name = (SAML, "Audience");
pub(super) const ONE_TIME_USE: Name = (SAML, "OneTimeUse");
pub(super) const PROXY_RESTRICTION: Name = (SAML, "ProxyRestriction");

pub(super) const SIGNATURE: Name = (SIGNING, "Signature");
pub(super) const SIGNED_INFO: Name = (SIGNING, "SignedInfo");
pub(super) const SIGNATURE_VALUE: Name = (SIGNING, "SignatureValue");
pub(super) const KEY_INFO: Name = (SIGNING, "KeyInfo");
pub(super) const CANONICALIZATION_METHOD: Name = (SIGNING, "CanonicalizationMethod");
pub(super) const SIGNATURE_METHOD: Name = (SIGNING, "SignatureMethod");
pub(super) const REFERENCE: Name = (SIGNING, "Reference");
pub(super) const TRANSFORMS: Name = (SIGNING, "Transforms");
pub(super) const TRANSFORM: Name = (SIGNING, "Transform");
pub(super) const DIGEST_METHOD: Name = (SIGNING, "DigestMethod");
pub(super) const DIGEST_VALUE: Name = (SIGNING, "DigestValue");
pub(super) const INCLUSIVE_NAMESPACES: Name = (EXCLUSIVE, "InclusiveNamespaces");

pub(super) const ENTITY: Name = (METADATA, "EntityDescriptor");
pub(super) const IDP: Name = (METADATA, "IDPSSODescriptor");
pub(super) const KEY_DESCRIPTOR: Name = (METADATA, "KeyDescriptor");
pub(super) const SIGN_ON_SERVICE: Name = (METADATA, "SingleSignOnService");
pub(super) const CERTIFICATE: Name = (SIGNING, "X509Certificate");
