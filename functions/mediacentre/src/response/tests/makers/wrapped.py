"""Signature wrapping: what was signed is kept somewhere, and something else stands where it is read.

XSW1 to XSW8 are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012), as
SAML Raider numbers them. The others are of our own.
"""

from copy import deepcopy

from lxml import etree

from catalogue import refused
from message import *
from signing import by_signxml, by_xmlsec1, without_places

EVIL = "e" * 128
MAKERS = (("xmlsec1", by_xmlsec1), ("signxml", by_signxml))


def q(name):
    prefix, local = name.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def tree(text):
    return etree.fromstring(text.encode())


def parts(root):
    assertion = root.find("saml:Assertion", NAMESPACES)
    return assertion, root.find("ds:Signature", NAMESPACES), assertion.find("ds:Signature", NAMESPACES)


def evil(element, *, new_id=True, signed=False):
    """A copy that says what the attacker wants."""
    copy = deepcopy(element)
    copy.tail = None
    if new_id:
        copy.set("ID", "_evil")
        for inner in copy.findall("saml:Assertion", NAMESPACES):
            inner.set("ID", "_evil_assertion")
    for found in copy.iter(q("saml:AttributeValue")):
        if found.text == IDO:
            found.text = EVIL
    if not signed:
        unsign(copy)
    return copy


def unsign(element):
    for signature in element.findall("ds:Signature", NAMESPACES):
        element.remove(signature)


def without_signature(element):
    copy = deepcopy(element)
    copy.tail = None
    unsign(copy)
    return copy


def text(root):
    return etree.tostring(root, encoding="unicode")


def make():
    for maker, sign in MAKERS:
        for name, wrap in {"xsw1": xsw1, "xsw2": xsw2}.items():
            refused(f"{name}-{maker}", "assertion_twice", text(wrap(tree(sign(RESPONSE, "response")))), maker, wrap.__doc__)
        for name, wrap in {"xsw3": xsw3, "xsw4": xsw4, "xsw5": xsw5, "xsw6": xsw6, "xsw7": xsw7, "xsw8": xsw8}.items():
            refused(f"{name}-{maker}", "assertion_twice", text(wrap(tree(sign(RESPONSE, "assertion")))), maker, wrap.__doc__)
    beyond()


def xsw1(root):
    """The signed response within the signature of an evil one."""
    other = evil(root, signed=True)
    signature = other.find("ds:Signature", NAMESPACES)
    signature.append(without_signature(root))
    return other


def xsw2(root):
    """The signed response before its signature, in an evil one."""
    other = evil(root, signed=True)
    signature = other.find("ds:Signature", NAMESPACES)
    signature.addprevious(without_signature(root))
    return other


def xsw3(root):
    """An evil assertion before the signed one."""
    assertion, _, _ = parts(root)
    assertion.addprevious(evil(assertion))
    return root


def xsw4(root):
    """The signed assertion within an evil one."""
    assertion, _, _ = parts(root)
    other = evil(assertion)
    root.replace(assertion, other)
    other.append(assertion)
    return root


def xsw5(root):
    """An evil assertion with the signature, and the signed one behind it without."""
    assertion, _, _ = parts(root)
    root.replace(assertion, evil(assertion, signed=True))
    root.append(without_signature(assertion))
    return root


def xsw6(root):
    """An evil assertion with the signature, and the signed one within that signature."""
    assertion, _, _ = parts(root)
    other = evil(assertion, signed=True)
    root.replace(assertion, other)
    other.find("ds:Signature", NAMESPACES).append(without_signature(assertion))
    return root


def xsw7(root):
    """An evil assertion, with the same ID or another, in Extensions before the signed one."""
    assertion, _, _ = parts(root)
    extensions = etree.Element(q("samlp:Extensions"))
    extensions.append(evil(assertion))
    assertion.addprevious(extensions)
    return root


def xsw8(root):
    """An evil assertion with the signature, and the signed one within an Object of it."""
    assertion, _, signature = parts(root)
    other = evil(assertion, signed=True)
    root.replace(assertion, other)
    holder = etree.SubElement(other.find("ds:Signature", NAMESPACES), q("ds:Object"))
    holder.append(without_signature(assertion))
    return root


def beyond():
    signed = by_xmlsec1(RESPONSE)

    def with_evil(place):
        root = tree(signed)
        assertion, _, signature = parts(root)
        return text(place(root, assertion, signature))

    def no(name, code, place):
        refused(name, code, with_evil(place), "xmlsec1", place.__doc__)

    def same_id(root, assertion, signature):
        """An evil assertion with the ID of the signed one."""
        assertion.addprevious(evil(assertion, new_id=False))
        return root

    no("wrapped-same-id", "id_twice", same_id)

    def swapped_ids(root, assertion, signature):
        """The evil assertion has the ID that is signed, the signed one another."""
        other = evil(assertion, new_id=False, signed=True)
        assertion.addprevious(other)
        unsign(assertion)
        assertion.set("ID", "_other")
        return root

    no("wrapped-swapped-ids", "assertion_twice", swapped_ids)

    def behind(root, assertion, signature):
        """An evil assertion behind the signed one."""
        root.append(evil(assertion))
        return root

    no("wrapped-behind", "assertion_twice", behind)

    def other_namespace(root, assertion, signature):
        """An evil assertion in a namespace of nobody's."""
        other = etree.fromstring(text(evil(assertion)).replace("SAML:2.0:assertion", "SAML:2.0:evil"))
        assertion.addprevious(other)
        return root

    no("wrapped-other-namespace", "assertion_twice", other_namespace)

    def in_advice(root, assertion, signature):
        """The signed assertion in the Advice of an evil one."""
        other = evil(assertion)
        root.replace(assertion, other)
        etree.SubElement(other, q("saml:Advice")).append(assertion)
        return root

    no("wrapped-in-advice", "assertion_twice", in_advice)

    def in_value(root, assertion, signature):
        """The signed assertion in a value of an evil one."""
        other = evil(assertion)
        root.replace(assertion, other)
        other.find(".//saml:AttributeValue", NAMESPACES).append(assertion)
        return root

    no("wrapped-in-value", "assertion_twice", in_value)

    def in_status(root, assertion, signature):
        """The signed assertion in the status, an evil one where it is read."""
        root.replace(assertion, evil(assertion))
        etree.SubElement(root.find("samlp:Status", NAMESPACES), q("samlp:StatusDetail")).append(assertion)
        return root

    no("wrapped-in-status", "assertion_twice", in_status)

    def in_key_info(root, assertion, signature):
        """The signed assertion in KeyInfo, an evil one where it is read."""
        other = evil(assertion, signed=True)
        root.replace(assertion, other)
        other.find("ds:Signature/ds:KeyInfo", NAMESPACES).append(without_signature(assertion))
        return root

    no("wrapped-in-key-info", "assertion_twice", in_key_info)

    def extensions_alone(root, assertion, signature):
        """The signed assertion in Extensions, and none where it is read."""
        etree.SubElement(root, q("samlp:Extensions")).append(assertion)
        return root

    no("assertion-in-extensions", "assertion_elsewhere", extensions_alone)

    def response_in_response(root, assertion, signature):
        """A signed response in the Extensions of another."""
        other = without_signature(root)
        other.set("ID", "_evil")
        other.remove(other.find("saml:Assertion", NAMESPACES))
        etree.SubElement(other, q("samlp:Extensions")).append(root)
        return other

    no("response-in-response", "assertion_elsewhere", response_in_response)

    def not_saml(root, assertion, signature):
        """An element named Assertion, of another namespace, is the only one."""
        other = etree.fromstring(text(evil(assertion)).replace("SAML:2.0:assertion", "SAML:1.0:assertion"))
        root.replace(assertion, other)
        return root

    no("assertion-of-saml-1", "assertion_elsewhere", not_saml)

    def moved(root, assertion, signature):
        """The assertion's signature is a child of the response."""
        root.insert(1, signature)
        return root

    no("signature-moved-to-response", "reference_other", moved)

    def in_subject(root, assertion, signature):
        """The assertion's signature is in its subject."""
        assertion.find("saml:Subject", NAMESPACES).append(signature)
        return root

    no("signature-in-subject", "signature_elsewhere", in_subject)

    def in_extensions(root, assertion, signature):
        """The assertion's signature is in Extensions."""
        etree.SubElement(root, q("samlp:Extensions")).append(signature)
        return root

    no("signature-in-extensions", "signature_elsewhere", in_extensions)

    def copied_into_extensions(root, assertion, signature):
        """The assertion's signature holds, and a copy of it is in Extensions."""
        etree.SubElement(root, q("samlp:Extensions")).append(deepcopy(signature))
        return root

    no("signature-copied-to-extensions", "signature_elsewhere", copied_into_extensions)

    def in_signature(root, assertion, signature):
        """A signature within the KeyInfo of a signature."""
        signature.find("ds:KeyInfo", NAMESPACES).append(deepcopy(signature))
        return root

    no("signature-in-signature", "signature_elsewhere", in_signature)

    def renamed(root, assertion, signature):
        """The signed assertion under another name, an evil one with its signature where it is read."""
        other = evil(assertion, signed=True)
        root.replace(assertion, other)
        kept = without_signature(assertion)
        kept.tag = q("saml:Advice")
        other.append(kept)
        return root

    no("wrapped-under-another-name", "reference_other", renamed)

    def renamed_same_id(root, assertion, signature):
        """The same, with the ID that is signed on the evil one."""
        other = evil(assertion, new_id=False, signed=True)
        root.replace(assertion, other)
        kept = without_signature(assertion)
        kept.tag = q("saml:Advice")
        del kept.attrib["ID"]
        other.append(kept)
        return root

    no("wrapped-under-another-name-same-id", "digest_wrong", renamed_same_id)

    response_signed = tree(by_xmlsec1(RESPONSE, "response"))
    assertion, signature, _ = parts(response_signed)
    assertion.insert(1, signature)
    refused("response-signature-moved-to-assertion", "reference_other", text(response_signed), "xmlsec1", "the response's signature is a child of the assertion")

    one, two = tree(by_xmlsec1(RESPONSE)), tree(by_xmlsec1(RESPONSE.replace(IDO, EVIL), key="stranger"))
    first, _, signature = parts(one)
    second, _, strangers = parts(two)
    second.replace(strangers, signature)
    refused("signature-of-another-assertion", "digest_wrong", text(two), "xmlsec1", "a true signature on another assertion of the same ID")

    two_assertions = tree(by_xmlsec1(RESPONSE))
    assertion, _, _ = parts(two_assertions)
    other, _, _ = parts(tree(by_signxml(RESPONSE)))
    other.set("ID", "_second")
    two_assertions.append(other)
    refused("two-assertions", "assertion_twice", text(two_assertions), "xmlsec1", "two assertions")
    only_response = by_xmlsec1(changed(RESPONSE, "</samlp:Response>", without_places(ASSERTION).replace("_assertion", "_second") + "</samlp:Response>"), "response")
    refused("two-assertions-in-a-signed-response", "assertion_twice", only_response, "xmlsec1", "two assertions, both covered by the response's signature")
