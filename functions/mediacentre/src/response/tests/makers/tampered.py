"""What is refused although it is well made: signatures, algorithms, keys, addressees, times, values."""

import re

from catalogue import refused
from message import *
from signing import by_signxml, by_xmlsec1, fill, template, transform, without_places

XMLSEC1, SIGNXML, HAND = "xmlsec1", "signxml", "by hand"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


def make():
    shapes()
    issuers()
    changes()
    signatures()
    algorithms()
    keys()
    addressees()
    times()
    conditions()
    values()


def both(text, **options):
    return by_xmlsec1(text, "assertion", "response", **options)


def no(name, code, text, shows, **options):
    """Signed twice by xmlsec1: whatever is wrong is wrong in spite of it."""
    refused(name, code, both(text), XMLSEC1, shows, **options)


def shapes():
    assertion = without_places(ASSERTION)
    refused("assertion-alone", "not_a_response", by_xmlsec1(ASSERTION), XMLSEC1, "a signed assertion without a response")
    refused("saml-1.1", "not_a_response", by_xmlsec1(RESPONSE).replace("SAML:2.0:protocol", "SAML:1.0:protocol"), XMLSEC1, "another protocol")
    refused("logout-response", "not_a_response", changed(without_places(RESPONSE), "<samlp:Response", "<samlp:LogoutResponse", "</samlp:Response", "</samlp:LogoutResponse"), HAND, "another message")
    no("response-version", "version_other", changed(RESPONSE, 'Version="2.0" Destination', 'Version="1.1" Destination'), "another version of the response")
    no("assertion-version", "version_other", changed(RESPONSE, 'Version="2.0">', 'Version="2.1">'), "another version of the assertion")
    no("no-status", "element_missing", changed(RESPONSE, SUCCESS, ""), "no status")
    no("no-assertion-issuer", "element_missing", changed(RESPONSE, ISSUER + SIGN_ASSERTION, SIGN_ASSERTION), "the assertion has no issuer")
    no("two-statuses", "element_twice", changed(RESPONSE, SUCCESS, SUCCESS * 2), "two statuses")
    no("two-subjects", "element_twice", changed(RESPONSE, "<saml:Conditions ", f"<saml:Subject>{CONFIRMATION}</saml:Subject><saml:Conditions "), "two subjects")
    no("two-conditions", "element_twice", changed(RESPONSE, AUTHENTICATION, f"<saml:Conditions>{RESTRICTION}</saml:Conditions>{AUTHENTICATION}"), "two elements of conditions")
    no("two-issuers", "element_twice", changed(RESPONSE, ISSUER + SIGN_ASSERTION, ISSUER * 2 + SIGN_ASSERTION), "the assertion has two issuers")
    no("foreign-element", "unexpected_element", changed(RESPONSE, SUCCESS, SUCCESS + '<a xmlns="urn:example:a"/>'), "an element of nobody's in the response")
    no("attributes-outside", "unexpected_element", changed(RESPONSE, SUCCESS, SUCCESS + f"<saml:AttributeStatement>{ATTRIBUTES}</saml:AttributeStatement>".replace("xsi:type", "type")), "attributes beside the assertion")
    no("subject-of-another-protocol", "unexpected_element", changed(RESPONSE, "<saml:Subject>", '<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion">'), "a subject of another version of SAML")
    no("stray-text", "unexpected_text", changed(RESPONSE, SUCCESS, SUCCESS + "text"), "text between elements")
    for name, codes in {"status-responder": ["Responder"], "status-authn-failed": ["Responder", "AuthnFailed"], "status-requester": ["Requester", "RequestDenied"], "status-unknown": ["Zoé"]}.items():
        inner = f'<samlp:StatusCode Value="{STATUS}{codes[1]}"/>' if codes[1:] else ""
        failure = f'<samlp:Status><samlp:StatusCode Value="{STATUS}{codes[0]}">{inner}</samlp:StatusCode><samlp:StatusMessage>Zoé</samlp:StatusMessage></samlp:Status>'
        text = changed(without_places(RESPONSE), SUCCESS, failure)
        refused(name, "status_other", text.replace(assertion, ""), HAND, "a failure, unsigned and without an assertion, as providers send it")
    failure = SUCCESS.replace("Success", "Responder")
    no("status-with-assertion", "status_other", changed(RESPONSE, SUCCESS, failure), "a failure with an assertion")
    inside = SUCCESS.replace('Success"/>', f'Responder"><samlp:StatusCode Value="{STATUS}Success"/></samlp:StatusCode>')
    no("status-success-inside", "status_other", changed(RESPONSE, SUCCESS, inside), "success is the second code only")
    refused("no-assertion", "assertion_missing", without_places(RESPONSE).replace(assertion, ""), HAND, "success without an assertion")
    no("encrypted-name-id", "encrypted", changed(RESPONSE, NAME_ID, '<saml:EncryptedID><a xmlns="urn:example:a"/></saml:EncryptedID>'), "an encrypted NameID")
    no("encrypted-attribute", "encrypted", changed(RESPONSE, attribute("PRE", "Zoé"), '<saml:EncryptedAttribute><a xmlns="urn:example:a"/></saml:EncryptedAttribute>'), "an encrypted attribute")
    encrypted = '<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"/></saml:EncryptedAssertion>'
    refused("encrypted-assertion", "encrypted", by_xmlsec1(RESPONSE.replace(ASSERTION, encrypted), "response"), XMLSEC1, "an encrypted assertion alone")
    refused("encrypted-assertion-beside", "encrypted", by_signxml(changed(RESPONSE, SUCCESS, SUCCESS + encrypted)), SIGNXML, "an encrypted assertion beside a signed one")


def issuers():
    other = "<saml:Issuer>https://other.example.org</saml:Issuer>"
    no("issuer-other", "issuer_other", changed(RESPONSE, ISSUER + SIGN_ASSERTION, other + SIGN_ASSERTION), "the assertion is of another provider")
    no("issuer-longer", "issuer_other", changed(RESPONSE, ISSUER + SIGN_ASSERTION, ISSUER.replace("</", "/evil</") + SIGN_ASSERTION), "our provider's name is only the beginning")
    parted = ISSUER.replace("</saml", "<!-- -->.example.com</saml")
    no("issuer-parted", "issuer_other", changed(RESPONSE, ISSUER + SIGN_ASSERTION, parted + SIGN_ASSERTION), "our provider's name is only what stands before a comment")
    no("issuer-in-capitals", "issuer_other", changed(RESPONSE, ISSUER + SIGN_ASSERTION, ISSUER.replace("idp.", "IDP.") + SIGN_ASSERTION), "to the letter")
    no("issuer-spaced", "issuer_other", changed(RESPONSE, ISSUER + SIGN_ASSERTION, ISSUER.replace("https", " https") + SIGN_ASSERTION), "to the letter, spaces too")
    refused("response-issuer-other", "response_issuer_other", by_xmlsec1(changed(RESPONSE, ISSUER + SIGN_RESPONSE, other + SIGN_RESPONSE)), XMLSEC1, "the response is of another provider than its assertion")
    no("both-issuers-other", "issuer_other", RESPONSE.replace(ISSUER, other), "another provider, signed by a key of ours")


def changes():
    for maker, sign in ((XMLSEC1, by_xmlsec1), (SIGNXML, by_signxml)):
        for signed in ("assertion", "response"):
            text = sign(RESPONSE, signed)
            name = f"{signed}-signed-by-{maker}"
            refused(f"ido-changed-{name}", "digest_wrong", changed(text, IDO, "f0" * 64), maker, "another IDO")
            refused(f"name-changed-{name}", "digest_wrong", changed(text, "Zoé", "Zoe"), maker, "another name")
            refused(f"space-added-{name}", "digest_wrong", changed(text, "</saml:Subject>", "</saml:Subject> "), maker, "a space between elements")
    text = both(RESPONSE)
    refused("attribute-added", "digest_wrong", changed(text, "</saml:AttributeStatement>", attribute("DIV", "6A") + "</saml:AttributeStatement>"), XMLSEC1, "one attribute more")
    refused("attribute-renamed", "digest_wrong", changed(text, 'Name="UAI"', 'Name="uai"'), XMLSEC1, "an attribute's name")
    refused("namespace-renamed", "digest_wrong", changed(text, 'xmlns:xs="http://www.w3.org/2001/XMLSchema" ', 'xmlns:xs="http://www.w3.org/2001/XMLSchemas" ', "<saml:AttributeStatement>", '<saml:AttributeStatement xs:a="">'), XMLSEC1, "a namespace that an attribute uses")
    refused("end-put-off", "digest_wrong", text.replace("08:05:00Z", "18:05:00Z"), XMLSEC1, "a later end")
    refused("status-changed", "digest_wrong", changed(text, SUCCESS, SUCCESS.replace("/></", "></samlp:StatusCode><samlp:StatusMessage/></")), XMLSEC1, "a message in the signed status")
    late = changed(by_xmlsec1(changed(RESPONSE, value("Zoé"), value("Zo&#xD;é"))), "&#13;", "\n")
    refused("carriage-return-changed", "digest_wrong", late, XMLSEC1, "a carriage return became a line feed")
    prefixed = by_xmlsec1(changed(RESPONSE, value("Zoé"), value("Zoé", "xs:string")), prefix_list="xs")
    refused("prefix-list-rebound", "digest_wrong", changed(prefixed, 'xmlns:xs="http://www.w3.org/2001/XMLSchema"', 'xmlns:xs="urn:example:other"'), XMLSEC1, "the prefix list guards the prefix in the value of xsi:type")
    refused("prefix-list-changed", "signature_wrong", changed(prefixed, 'PrefixList="xs"', 'PrefixList="saml"'), XMLSEC1, "the prefix list is signed itself")
    signed = by_xmlsec1(RESPONSE)
    inner = re.search(r"<ds:DigestValue>(.*?)</ds:DigestValue>", by_xmlsec1(changed(RESPONSE, "Zoé", "Max"), key="stranger"))[1]
    old = re.search(r"<ds:DigestValue>(.*?)</ds:DigestValue>", signed)[1]
    refused("digest-changed-along", "signature_wrong", changed(changed(signed, "Zoé", "Max"), old, inner), XMLSEC1, "another name, and its digest with it")


def signatures():
    text = by_xmlsec1(RESPONSE)
    signature = re.search(r"<ds:Signature .*?</ds:Signature>", text, re.S)[0]
    value_of = re.search(r"<ds:SignatureValue>(.*?)</ds:SignatureValue>", signature, re.S)[1]
    digest_of = re.search(r"<ds:DigestValue>(.*?)</ds:DigestValue>", signature)[1]

    def without(name, code, *pairs, shows):
        refused(name, code, changed(text, *pairs), XMLSEC1, shows)

    refused("unsigned", "unsigned", without_places(RESPONSE), HAND, "no signature at all")
    without("signature-removed", "unsigned", signature, "", shows="the signature was taken off")
    without("signature-value-empty", "signature_malformed", value_of, "", shows="no value")
    without("signature-value-parted", "signature_malformed", value_of, value_of[:40] + "<!-- -->" + value_of[40:], shows="a comment in the value")
    without("digest-value-parted", "signature_malformed", digest_of, digest_of[:20] + "<!-- -->" + digest_of[20:], shows="a comment in the digest")
    without("signature-value-with-cdata", "signature_malformed", value_of, value_of[:40] + "<![CDATA[" + value_of[40:60] + "]]>" + value_of[60:], shows="CDATA in the value")
    without("digest-value-with-cdata", "signature_malformed", digest_of, digest_of + "<![CDATA[]]>", shows="CDATA in the digest")
    without("digest-value-with-element", "signature_malformed", digest_of, f"<a/>{digest_of}", shows="an element in the digest")
    without("signature-value-no-base64", "signature_malformed", value_of, "*" + value_of[1:], shows="a value that is no base64")
    without("signature-value-short", "key_too_short", value_of, value_of[:64], shows="a part of the value")
    without("signature-value-other", "signature_wrong", value_of, value_of[4:40] + value_of[:4] + value_of[40:], shows="another value")
    without("no-signed-info", "signature_malformed", re.search(r"<ds:SignedInfo>.*</ds:SignedInfo>", text, re.S)[0], "", shows="no SignedInfo")
    without("object-in-signature", "signature_malformed", "</ds:Signature>", "<ds:Object><a/></ds:Object></ds:Signature>", shows="an Object in the signature")
    without("parts-in-other-order", "signature_malformed", f"<ds:SignatureValue>{value_of}</ds:SignatureValue>", "", "<ds:SignedInfo>", f"<ds:SignatureValue>{value_of}</ds:SignatureValue><ds:SignedInfo>", shows="the value before what is signed")
    without("text-in-signature", "signature_malformed", "<ds:SignedInfo>", "text<ds:SignedInfo>", shows="text in the signature")
    without("two-signatures", "signature_twice", signature, signature * 2, shows="the same signature twice")
    stranger = re.search(r"<ds:Signature .*?</ds:Signature>", by_xmlsec1(RESPONSE, key="stranger"), re.S)[0]
    without("signature-of-a-stranger-beside", "signature_twice", signature, signature + stranger, shows="a signature that holds and one that does not, on the assertion")
    half = by_xmlsec1(by_xmlsec1(RESPONSE.replace(SIGN_RESPONSE, "<!--later-->")).replace("<!--later-->", SIGN_RESPONSE), "response", key="stranger")
    refused("response-signed-by-a-stranger", "signature_wrong", half, XMLSEC1, "the assertion's signature holds, the response's is a stranger's")
    broken = changed(both(RESPONSE), f'InResponseTo="{REQUEST}">', f'InResponseTo="{REQUEST}" Consent="a">')
    refused("response-digest-wrong", "digest_wrong", broken, XMLSEC1, "the assertion's signature holds, the response's does not")
    without("no-reference", "signature_malformed", re.search(r"<ds:Reference .*</ds:Reference>", text, re.S)[0], "", shows="no reference")
    twice = template("", references="".join(f'<ds:Reference URI="#{id}"><ds:Transforms>{transform(ENVELOPED)}{transform(EXCLUSIVE)}</ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue/></ds:Reference>' for id in ("_assertion", "_response")))
    refused("two-references", "reference_other", filled(RESPONSE, twice), XMLSEC1, "two references in a signature")


def filled(text, signature, what="assertion", **options):
    place = {"response": SIGN_RESPONSE, "assertion": SIGN_ASSERTION}[what]
    return without_places(fill(text.replace(place, signature), what, **options))


def algorithms():
    for name, c14n in {
        "inclusive": INCLUSIVE,
        "inclusive-1.1": "http://www.w3.org/2006/12/xml-c14n11",
        "exclusive-with-comments": EXCLUSIVE + "WithComments",
    }.items():
        refused(f"canonicalization-{name}", "canonicalization_other", by_xmlsec1(RESPONSE, c14n=c14n), XMLSEC1, "another canonicalisation of SignedInfo")
        refused(f"transform-{name}", "transforms_other", by_xmlsec1(RESPONSE, transforms=transform(ENVELOPED) + transform(c14n)), XMLSEC1, "another canonicalisation of what is signed")
    for name, transforms in {
        "none": "",
        "enveloped-alone": transform(ENVELOPED),
        "three": transform(ENVELOPED) + transform(EXCLUSIVE) * 2,
        "xpath": transform(ENVELOPED) + transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>not(self::node()[local-name()='AttributeValue' or parent::*[local-name()='AttributeValue']])</ds:XPath>"),
        "xpath-between": transform(ENVELOPED) + transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>true()</ds:XPath>") + transform(EXCLUSIVE),
    }.items():
        refused(f"transforms-{name}", "transforms_other", by_xmlsec1(RESPONSE, transforms=transforms), XMLSEC1, "other transforms than enveloped, then exclusive")
    text = by_xmlsec1(RESPONSE)
    plain = transform(EXCLUSIVE).replace("></ds:Transform>", "/>")
    first = transform(ENVELOPED).replace("></ds:Transform>", "/>")
    refused("transforms-in-other-order", "transforms_other", changed(text, first + plain, plain + first), XMLSEC1, "exclusive, then enveloped")
    xslt = transform("http://www.w3.org/TR/1999/REC-xslt-19991116", '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"/>')
    refused("transforms-xslt", "transforms_other", changed(text, plain, xslt), XMLSEC1, "a stylesheet as transform")
    hmac = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
    refused("hmac-with-public-key", "signature_algorithm_other", by_xmlsec1(RESPONSE, method=hmac, hmac=f"{KEYS}/provider.crt.pem"), XMLSEC1, "HMAC whose secret is the certificate")
    refused("rsa-sha1", "signature_algorithm_other", by_xmlsec1(RESPONSE, method="http://www.w3.org/2000/09/xmldsig#rsa-sha1"), XMLSEC1, "RSA with SHA-1")
    refused("rsa-pss", "signature_algorithm_other", changed(text, RSA_SHA256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), XMLSEC1, "RSA-PSS")
    refused("ecdsa", "signature_algorithm_other", by_xmlsec1(RESPONSE, key="elliptic", method=MORE + "ecdsa-sha256"), XMLSEC1, "ECDSA by a key of the metadata")
    refused("no-signature-algorithm", "signature_algorithm_other", changed(text, f' Algorithm="{RSA_SHA256}"', ""), XMLSEC1, "no algorithm")
    refused("signature-method-with-element", "signature_malformed", changed(text, f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/>', f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>'), XMLSEC1, "a length for HMAC")
    refused("digest-sha1", "digest_algorithm_other", by_xmlsec1(RESPONSE, digest="http://www.w3.org/2000/09/xmldsig#sha1"), XMLSEC1, "a digest with SHA-1")
    refused("digest-md5", "digest_algorithm_other", changed(text, f'<ds:DigestMethod Algorithm="{SHA256}"', f'<ds:DigestMethod Algorithm="{MORE}md5"'), XMLSEC1, "a digest with MD5")
    refused("digest-sha256-by-another-name", "digest_algorithm_other", changed(text, f'<ds:DigestMethod Algorithm="{SHA256}"', f'<ds:DigestMethod Algorithm="{MORE}sha256"'), XMLSEC1, "a name that does not exist")
    for name, uri in {"empty": "", "xpointer": "#xpointer(/)", "xpointer-id": "#xpointer(id('_assertion'))"}.items():
        for what in ("assertion", "response"):
            wanted = uri.replace("_assertion", f"_{what}")
            refused(f"reference-{name}-in-{what}", "reference_other", filled(RESPONSE, template(wanted), what), XMLSEC1, "a reference by other means than an ID")
    refused("reference-to-file", "reference_other", changed(text, 'URI="#_assertion"', 'URI="file:///etc/hostname"'), XMLSEC1, "a reference to a file")
    refused("no-uri", "reference_other", changed(text, ' URI="#_assertion"', ""), XMLSEC1, "a reference to nothing")
    refused("reference-without-hash", "reference_other", changed(text, 'URI="#_assertion"', 'URI="_assertion"'), XMLSEC1, "an ID without its hash")


def keys():
    for maker, sign in ((XMLSEC1, by_xmlsec1), (SIGNXML, by_signxml)):
        refused(f"signed-by-a-stranger-by-{maker}", "signature_wrong", sign(RESPONSE, "assertion", "response", key="stranger"), maker, "a key that is in KeyInfo alone")
    refused("signed-by-the-encryption-key", "signature_wrong", by_xmlsec1(RESPONSE, key="encryption"), XMLSEC1, "a key that the metadata have for encryption")
    refused("short-key", "key_too_short", by_xmlsec1(RESPONSE, key="short"), XMLSEC1, "an RSA key of 1,024 bits", metadata="metadata-short")
    refused("no-keys", "key_missing", by_xmlsec1(RESPONSE), XMLSEC1, "metadata without an RSA key for signing", metadata="metadata-no-keys")
    refused("key-rolled-over", "signature_wrong", by_xmlsec1(RESPONSE, key="next"), XMLSEC1, "a key that the metadata do not have yet", metadata="metadata-without-use")


def addressees():
    evil = ACS.replace("rentree", "other")
    no("destination-other", "destination_other", changed(RESPONSE, f'Destination="{ACS}"', f'Destination="{evil}"'), "another destination")
    no("destination-longer", "destination_other", changed(RESPONSE, f'Destination="{ACS}"', f'Destination="{ACS}/"'), "to the letter")
    no("destination-empty", "destination_other", changed(RESPONSE, f'Destination="{ACS}"', 'Destination=""'), "an empty destination")
    no("recipient-other", "recipient_other", changed(RESPONSE, f'Recipient="{ACS}"', f'Recipient="{evil}"'), "another recipient")
    no("recipient-in-capitals", "recipient_other", changed(RESPONSE, f'Recipient="{ACS}"', f'Recipient="{ACS.upper()}"'), "to the letter")
    no("no-recipient", "recipient_missing", changed(RESPONSE, f' Recipient="{ACS}"', ""), "no recipient")
    no("recipient-in-a-namespace", "recipient_missing", changed(RESPONSE, f' Recipient="{ACS}"', f' saml:Recipient="{ACS}"'), "an attribute of another namespace is another attribute")
    no("no-confirmation-data", "recipient_missing", changed(RESPONSE, CONFIRMATION, '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"/>'), "a bearer without data")
    no("unsolicited", "in_response_to_missing", changed(RESPONSE, f' InResponseTo="{REQUEST}">', ">", f' InResponseTo="{REQUEST}" NotOnOrAfter', " NotOnOrAfter"), "an answer that nobody asked for")
    no("in-response-to-missing-on-response", "in_response_to_missing", changed(RESPONSE, f' InResponseTo="{REQUEST}">', ">"), "the response does not say what it answers")
    no("in-response-to-missing-in-assertion", "in_response_to_missing", changed(RESPONSE, f' InResponseTo="{REQUEST}" NotOnOrAfter', " NotOnOrAfter"), "the assertion does not say what it answers")
    refused("in-response-to-foreign", "in_response_to_other", both(RESPONSE), XMLSEC1, "the answer to another request", request="_request-2")
    no("in-response-to-foreign-in-assertion", "in_response_to_other", changed(RESPONSE, f' InResponseTo="{REQUEST}" NotOnOrAfter', ' InResponseTo="_request-2" NotOnOrAfter'), "an assertion for another request")
    refused("response-put-around-another-assertion", "in_response_to_other", changed(by_xmlsec1(RESPONSE.replace(REQUEST, "_request-2")), 'InResponseTo="_request-2">', f'InResponseTo="{REQUEST}">'), XMLSEC1, "the assertion alone is signed, for another request")
    bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    for method in ("holder-of-key", "sender-vouches", "Bearer", "bearer "):
        no(f"method-{method.strip()}{'-spaced' if ' ' in method else ''}", "bearer_missing", changed(RESPONSE, bearer, bearer.replace("bearer", method)), "no bearer confirmation")
    no("no-confirmation", "bearer_missing", changed(RESPONSE, CONFIRMATION, ""), "no confirmation")
    no("no-subject", "bearer_missing", changed(RESPONSE, f"<saml:Subject>{NAME_ID}{CONFIRMATION}</saml:Subject>", ""), "no subject")
    no("second-bearer-elsewhere", "recipient_other", changed(RESPONSE, CONFIRMATION, CONFIRMATION + CONFIRMATION.replace(ACS, evil)), "every bearer confirmation must hold")


def times():
    text = both(RESPONSE)
    refused("expired", "expired", text, XMLSEC1, "an hour later", now="2026-09-01T09:05:00Z")
    refused("expired-at-the-edge", "expired", text, XMLSEC1, "five minutes after the end", now="2026-09-01T08:10:00Z")
    refused("not-yet-valid", "not_yet_valid", text, XMLSEC1, "an hour earlier", now="2026-09-01T07:00:00Z")
    refused("not-yet-valid-at-the-edge", "not_yet_valid", text, XMLSEC1, "a second more than five minutes before", now="2026-09-01T07:53:59Z")
    confirmation = ' NotOnOrAfter="2026-09-01T08:05:00Z" Recipient'
    no("confirmation-expired", "expired", changed(RESPONSE, confirmation, ' NotOnOrAfter="2026-09-01T07:30:00Z" Recipient'), "the confirmation alone is over")
    no("conditions-expired", "expired", changed(RESPONSE, ' NotOnOrAfter="2026-09-01T08:05:00Z">', ' NotOnOrAfter="2026-09-01T07:30:00Z">'), "the conditions alone are over")
    no("confirmation-not-yet-valid", "not_yet_valid", changed(RESPONSE, confirmation, ' NotBefore="2026-09-01T08:30:00Z"' + confirmation), "the confirmation begins later")
    no("no-end", "end_missing", changed(RESPONSE, confirmation, " Recipient"), "the confirmation has no end")
    no("session-over", "session_over", changed(RESPONSE, ' SessionIndex="_session"', ' SessionNotOnOrAfter="2026-09-01T07:30:00Z"'), "the provider's session is over")
    for name, time in {"offset": "2026-09-01T10:05:00+02:00", "zero-offset": "2026-09-01T08:05:00+00:00", "no-zone": "2026-09-01T08:05:00", "date": "2026-09-01", "leap-second": "2026-12-31T23:59:60Z", "empty": "", "hour-24": "2026-09-01T24:00:00Z"}.items():
        no(f"time-{name}", "time_malformed", changed(RESPONSE, confirmation, f' NotOnOrAfter="{time}" Recipient'), "times are in UTC, with Z")


def conditions():
    other = RESTRICTION.replace(US, "https://other.example.org")
    no("audience-other", "audience_other", changed(RESPONSE, RESTRICTION, other), "another audience")
    no("audience-other-as-well", "audience_other", changed(RESPONSE, RESTRICTION, RESTRICTION + other), "one of two restrictions does not name us")
    no("audience-parted", "audience_other", changed(RESPONSE, RESTRICTION, RESTRICTION.replace("</saml:Audience>", "<!-- -->.example.com</saml:Audience>")), "our name is only what stands before a comment")
    no("audience-empty", "audience_other", changed(RESPONSE, RESTRICTION, "<saml:AudienceRestriction/>"), "a restriction to nobody")
    no("no-restriction", "audience_missing", changed(RESPONSE, RESTRICTION, "<saml:OneTimeUse/>"), "no restriction")
    no("no-conditions", "audience_missing", re.sub(r"<saml:Conditions .*</saml:Conditions>", "", RESPONSE), "no conditions")
    no("condition-unknown", "condition_unknown", changed(RESPONSE, RESTRICTION, RESTRICTION + '<saml:Condition xmlns:a="urn:example:a" xsi:type="a:Noon"/>'), "a condition that nobody knows")
    no("condition-foreign", "condition_unknown", changed(RESPONSE, RESTRICTION, RESTRICTION + '<a xmlns="urn:example:a"/>'), "a condition of another namespace")
    no("condition-do-not-cache", "condition_unknown", changed(RESPONSE, RESTRICTION, RESTRICTION + "<saml:DoNotCacheCondition/>"), "a condition of SAML 1.1")


def values():
    ido = attribute("IDO", IDO)
    no("attribute-unnamed", "attribute_unnamed", changed(RESPONSE, ' Name="UAI"', ""), "an attribute without a name")
    no("attribute-twice", "attribute_twice", changed(RESPONSE, ido, ido * 2), "the IDO twice")
    no("attribute-twice-in-two-statements", "attribute_twice", changed(RESPONSE, "</saml:AttributeStatement>", "</saml:AttributeStatement><saml:AttributeStatement>" + ido + "</saml:AttributeStatement>"), "the IDO in two statements")
    no("attribute-twice-by-format", "attribute_twice", changed(RESPONSE, ido, ido + ido.replace("format:basic", "format:uri")), "the IDO in two formats of names")
    no("value-has-elements", "value_has_elements", changed(RESPONSE, value(IDO), value(f"<a>{IDO}</a>")), "an element in the IDO")
    no("value-has-name-id", "value_has_elements", changed(RESPONSE, value("Zoé"), value(NAME_ID)), "a NameID in a name")
    no("attribute-in-attribute", "unexpected_element", changed(RESPONSE, value("Zoé"), ido), "an attribute in an attribute")
    no("no-ido", "ido_missing", changed(RESPONSE, ido, ""), "no IDO")
    no("no-attributes", "ido_missing", changed(RESPONSE, f"<saml:AttributeStatement>{ATTRIBUTES}</saml:AttributeStatement>", ""), "no attributes")
    no("ido-in-lower-case", "ido_missing", changed(RESPONSE, '"IDO"', '"ido"'), "names are compared to the letter")
    no("ido-without-value", "ido_missing", changed(RESPONSE, value(IDO), ""), "an IDO without a value")
    no("ido-several", "ido_several", changed(RESPONSE, value(IDO), value(IDO) + value("f0" * 64)), "two IDOs")
    no("ido-empty", "ido_empty", changed(RESPONSE, value(IDO), value("")), "an empty IDO")
    no("ido-blank", "ido_empty", changed(RESPONSE, value(IDO), value(" \n ")), "a blank IDO")
    no("ido-nil", "ido_empty", changed(RESPONSE, value(IDO), '<saml:AttributeValue xsi:nil="true"/>'), "an IDO that is nil")
    no("ido-too-long", "ido_too_long", changed(RESPONSE, IDO, "a" * 256), "an IDO of 256 characters")
