"""The text of responses and metadata, unsigned. Everything in them is invented."""

from pathlib import Path

KEYS = Path(__file__).parent / "keys"

PROVIDER = "https://idp.example.org/gar"
US = "https://rentree.example.org/mediacentre"
ACS = "https://rentree.example.org/mediacentre/acs"
REQUEST = "_request-1"
NOW = "2026-09-01T08:00:00Z"
IDO = "0f" * 64

NAMESPACES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xs": "http://www.w3.org/2001/XMLSchema",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
RSA_SHA256 = MORE + "rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def value(text, kind="xs:string"):
    return f'<saml:AttributeValue xsi:type="{kind}">{text}</saml:AttributeValue>'


def attribute(name, *texts):
    values = "".join(value(text) for text in texts)
    return f'<saml:Attribute Name="{name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">{values}</saml:Attribute>'


ATTRIBUTES = (
    attribute("IDO", IDO)
    + attribute("PRE", "Zoé")
    + attribute("NOM", "D’Hérouville")
    + attribute("UAI", "0990001N")
    + attribute("PRO", "National_elv")
)

CONFIRMATION = (
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
    f'<saml:SubjectConfirmationData InResponseTo="{REQUEST}" NotOnOrAfter="2026-09-01T08:05:00Z" Recipient="{ACS}"/>'
    "</saml:SubjectConfirmation>"
)

RESTRICTION = f"<saml:AudienceRestriction><saml:Audience>{US}</saml:Audience></saml:AudienceRestriction>"

AUTHENTICATION = (
    '<saml:AuthnStatement AuthnInstant="2026-09-01T07:59:00Z" SessionIndex="_session">'
    "<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
    "</saml:AuthnContext></saml:AuthnStatement>"
)

ISSUER = f"<saml:Issuer>{PROVIDER}</saml:Issuer>"
NAME_ID = '<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient">_transient-1</saml:NameID>'
SUCCESS = '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'

# Where `signing.py` puts a template.
SIGN_RESPONSE = "<!--sign response-->"
SIGN_ASSERTION = "<!--sign assertion-->"

ASSERTION = (
    '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' ID="_assertion" IssueInstant="2026-09-01T08:00:00Z" Version="2.0">'
    f"{ISSUER}{SIGN_ASSERTION}"
    f"<saml:Subject>{NAME_ID}{CONFIRMATION}</saml:Subject>"
    f'<saml:Conditions NotBefore="2026-09-01T07:59:00Z" NotOnOrAfter="2026-09-01T08:05:00Z">{RESTRICTION}</saml:Conditions>'
    f"{AUTHENTICATION}"
    f"<saml:AttributeStatement>{ATTRIBUTES}</saml:AttributeStatement>"
    "</saml:Assertion>"
)

RESPONSE = (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
    f' ID="_response" IssueInstant="2026-09-01T08:00:00Z" Version="2.0" Destination="{ACS}" InResponseTo="{REQUEST}">'
    f"{ISSUER}{SIGN_RESPONSE}{SUCCESS}{ASSERTION}"
    "</samlp:Response>"
)


def changed(text, *pairs):
    """`text` with the first of each pair, which it must have once, replaced by the second."""
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert text.count(old) == 1, f"{text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text


def response(*pairs):
    return changed(RESPONSE, *pairs)


def certificate(name):
    lines = (KEYS / f"{name}.crt.pem").read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("-----"))


def key_descriptor(name, use):
    use = f' use="{use}"' if use else ""
    return (
        f'<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{certificate(name)}\n'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n"
    )


def metadata(*keys, entity_id=PROVIDER):
    descriptors = "".join(key_descriptor(name, use) for name, use in keys)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
        f' entityID="{entity_id}">\n'
        '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n'
        f"{descriptors}"
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.org/post"/>\n'
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.org/redirect"/>\n'
        "</md:IDPSSODescriptor>\n"
        "</md:EntityDescriptor>\n"
    )
