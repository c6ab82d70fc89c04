"""The two makers of signatures: xmlsec1 (over libxml2 and OpenSSL) and signxml (over lxml and cryptography)."""

import subprocess
import tempfile
from pathlib import Path

import signxml
from lxml import etree

from message import ENVELOPED, EXCLUSIVE, KEYS, NAMESPACES, RSA_SHA256, SHA256, SIGN_ASSERTION, SIGN_RESPONSE

# With it, xmlsec1 writes letters as letters.
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
IDS = {"response": "_response", "assertion": "_assertion"}


def transform(algorithm, inside=""):
    return f'<ds:Transform Algorithm="{algorithm}">{inside}</ds:Transform>'


def prefixes(names):
    return f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{names}"/>' if names is not None else ""


def template(
    uri,
    *,
    method=RSA_SHA256,
    digest=SHA256,
    c14n=EXCLUSIVE,
    prefix_list=None,
    information_prefix_list=None,
    transforms=None,
    key_info="<ds:KeyInfo><ds:X509Data/></ds:KeyInfo>",
    references=None,
    inside_method="",
    behind="",
):
    """A signature to be filled in by xmlsec1."""
    if transforms is None:
        transforms = transform(ENVELOPED) + transform(EXCLUSIVE, prefixes(prefix_list))
    if transforms:
        transforms = f"<ds:Transforms>{transforms}</ds:Transforms>"
    if references is None:
        references = (
            f'<ds:Reference URI="{uri}">{transforms}<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference>'
        )
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{c14n}">{prefixes(information_prefix_list)}</ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{method}">{inside_method}</ds:SignatureMethod>'
        f"{references}</ds:SignedInfo><ds:SignatureValue/>{key_info}{behind}</ds:Signature>"
    )


def by_xmlsec1(text, *signed, key="provider", hmac=None, **options):
    """Signs "assertion", "response" or both, the inner one first."""
    for what in sorted(signed or ["assertion"]):
        place = {"response": SIGN_RESPONSE, "assertion": SIGN_ASSERTION}[what]
        text = text.replace(place, template("#" + IDS[what], **options))
        text = fill(text, what, key, hmac)
    return without_places(text)


def fill(text, what, key="provider", hmac=None):
    """xmlsec1 fills in the empty signature that is a child of the response or of the assertion."""
    parent = {"response": "/*[local-name()='Response']", "assertion": "//*[local-name()='Assertion']"}[what]
    by = ["--hmackey", hmac] if hmac else ["--privkey-pem", f"{KEYS}/{key}.test-only.key.pem,{KEYS}/{key}.crt.pem"]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.xml"), Path(folder, "out.xml")
        source.write_bytes((DECLARATION + text).encode())
        done = subprocess.run(
            ["xmlsec1", "--sign", *by, "--output", target]
            + ["--id-attr:ID", f"{NAMESPACES['samlp']}:Response", "--id-attr:ID", f"{NAMESPACES['saml']}:Assertion"]
            + ["--node-xpath", f"{parent}/*[local-name()='Signature'][not(*[local-name()='SignatureValue']/text())]", source],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return target.read_bytes().decode().removeprefix(DECLARATION).lstrip("\n")


def by_signxml(text, *signed, key="provider", method=None, digest=None):
    """Signs "assertion", "response" or both by signxml."""
    root = etree.fromstring(without_places(text).encode())
    for what in sorted(signed or ["assertion"]):
        element = root if what == "response" else root.find("saml:Assertion", NAMESPACES)
        signer = signxml.XMLSigner(
            signature_algorithm=method or signxml.SignatureMethod.RSA_SHA256,
            digest_algorithm=digest or signxml.DigestAlgorithm.SHA256,
            c14n_algorithm=signxml.CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        done = signer.sign(
            element,
            key=(KEYS / f"{key}.test-only.key.pem").read_bytes(),
            cert=(KEYS / f"{key}.crt.pem").read_text(),
            reference_uri="#" + IDS[what],
            id_attribute="ID",
        )
        if what == "response":
            root = done
        else:
            done.tail = None
            element.getparent().replace(element, done)
    return etree.tostring(root, encoding="unicode")


def without_places(text):
    return text.replace(SIGN_RESPONSE, "").replace(SIGN_ASSERTION, "")
