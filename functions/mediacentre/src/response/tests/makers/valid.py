"""Shapes that are read."""

import base64
import re

from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod

from catalogue import TOLD, accepted
from message import *
from signing import by_signxml, by_xmlsec1, without_places

XMLSEC1, SIGNXML = "xmlsec1", "signxml"


def renamed(text, **names):
    """The text with other prefixes for those of ours; the empty one is the default namespace."""
    for old, new in names.items():
        colon = f"{new}:" if new else ""
        text = re.sub(rf"(</?){old}:", rf"\g<1>{colon}", text)
        text = text.replace(f"xmlns:{old}=", f"xmlns:{new}=" if new else "xmlns=").replace(f'"{old}:', f'"{colon}')
    return text


def make():
    for maker, sign in ((XMLSEC1, by_xmlsec1), (SIGNXML, by_signxml)):
        for signed in (["assertion"], ["response"], ["assertion", "response"]):
            name = f"{'-and-'.join(signed)}-signed-by-{maker}"
            accepted(name, sign(RESPONSE, *signed), maker, f"{' and '.join(signed)} signed")
    algorithms()
    namespaces()
    texts()
    shapes()
    people()
    times_and_keys()
    envelopes()


def algorithms():
    for bits in ("384", "512"):
        digest = MORE + "sha384" if bits == "384" else SHA256.replace("256", "512")
        accepted(f"rsa-sha{bits}-by-xmlsec1", by_xmlsec1(RESPONSE, method=MORE + f"rsa-sha{bits}", digest=digest), XMLSEC1,
                 f"RSA and digest with SHA-{bits}")
        accepted(f"rsa-sha{bits}-by-signxml",
                 by_signxml(RESPONSE, method=SignatureMethod[f"RSA_SHA{bits}"], digest=DigestAlgorithm[f"SHA{bits}"]), SIGNXML,
                 f"RSA and digest with SHA-{bits}")


def namespaces():
    xsd = changed(RESPONSE, "xmlns:xs=", "xmlns:xsd=").replace('"xs:string"', '"xsd:string"')
    accepted("prefix-list-xsd", by_xmlsec1(xsd, "assertion", "response", prefix_list="xsd"), XMLSEC1,
             "as OpenSAML writes: the prefix in the value of xsi:type is in a PrefixList")
    accepted("prefix-list-many", by_xmlsec1(RESPONSE, prefix_list="xs #default nobody saml", information_prefix_list="ds xs"),
             XMLSEC1, "a PrefixList with #default and a prefix that nobody declared, and one of SignedInfo")
    outside = changed(RESPONSE, ' xmlns:xs="http://www.w3.org/2001/XMLSchema"', "",
                      ' ID="_response"', ' xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_response"')
    accepted("prefix-list-from-outside", by_xmlsec1(outside, prefix_list="xs"), XMLSEC1,
             "the prefix of the PrefixList is declared on the response, outside of what is signed")
    accepted("prefixes-saml2", by_xmlsec1(renamed(RESPONSE, saml="saml2", samlp="saml2p"), "assertion", "response"), XMLSEC1,
             "other prefixes")
    default = renamed(RESPONSE, saml="").replace(' xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response"', ' ID="_response"')
    default = default.replace(f"<Issuer>{PROVIDER}</Issuer>{SIGN_RESPONSE}",
                              f'<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{PROVIDER}</Issuer>{SIGN_RESPONSE}')
    accepted("prefixes-none", by_xmlsec1(renamed(default, samlp=""), "assertion", "response"), XMLSEC1,
             "no prefix at all: both namespaces are default ones")
    accepted("prefixes-none-by-signxml", by_signxml(renamed(default, samlp=""), "response"), SIGNXML, "no prefix at all")
    rebound = changed(RESPONSE, value("Zoé"),
                      '<saml:AttributeValue xmlns:xs="urn:example:other" xmlns:a="urn:example:a" xmlns:b="urn:example:a"'
                      ' b:two="2" a:one="1" one="" xs:zero="0" xml:lang="fr" xml:space="preserve">Zoé</saml:AttributeValue>')
    accepted("prefixes-rebound", by_xmlsec1(rebound, "assertion", "response"), XMLSEC1,
             "a prefix with another meaning, two prefixes of one namespace, and attributes in many namespaces")
    undeclared = changed(RESPONSE, "<saml:AuthnContext>", '<saml:AuthnContext><a xmlns="urn:example:a"><b xmlns=""><c/></b></a>')
    accepted("default-namespace-undeclared", by_xmlsec1(undeclared, prefix_list="#default"), XMLSEC1,
             "a default namespace is declared and taken back within what is signed")


def texts():
    pretty = etree.fromstring(without_places(RESPONSE).encode())
    etree.indent(pretty, "    ")
    accepted("pretty-printed", by_signxml(etree.tostring(pretty, encoding="unicode"), "assertion", "response"), SIGNXML,
             "white space between elements")
    accepted("pretty-printed-crlf", by_xmlsec1(RESPONSE.replace("><", ">\r\n\t<")).replace("\n", "\r\n"), XMLSEC1,
             "line ends of Windows, which XML reads as line feeds")
    comments = changed(RESPONSE.replace("</saml:Issuer>", "</saml:Issuer><!-- a comment -->"),
                       value("Zoé"), value("Zo<!--, or not -->é"), value(IDO), value(f"{IDO[:64]}<!---->{IDO[64:]}"))
    accepted("comments", by_xmlsec1(comments, "assertion", "response"), XMLSEC1,
             "comments between elements and in values: what they part is one text")
    late = by_xmlsec1(RESPONSE).replace(IDO, f"{IDO[:100]}<!--{IDO}-->{IDO[100:]}")
    accepted("comment-put-in-after-signing", late, XMLSEC1,
             "a comment does not change what was signed, and must not shorten it either")
    accepted("cdata", by_xmlsec1(changed(RESPONSE, value("Zoé"), value("<![CDATA[Zo]]>é<![CDATA[ & <b>]]>"))), XMLSEC1,
             "CDATA is text", {"PRE": ["Zoé & <b>"]})
    late = changed(by_xmlsec1(RESPONSE), "Zoé", "<![CDATA[Zo]]>&#xE9;")
    accepted("cdata-put-in-after-signing", late, XMLSEC1, "the same text, otherwise written, has the same digest")
    accepted("references", by_xmlsec1(changed(RESPONSE, value("Zoé"), value("&lt;Zo&#233; &amp; &apos;&quot;&#x1F600;&gt;"))),
             XMLSEC1, "references to characters and the five entities", {"PRE": ["<Zoé & '\"😀>"]})
    accepted("carriage-return", by_xmlsec1(changed(RESPONSE, value("Zoé"), value("Zo&#xD;\n&#xD;é"))), XMLSEC1,
             "a carriage return that is referred to stays one", {"PRE": ["Zo\r\n\ré"]})
    odd = changed(RESPONSE, 'SessionIndex="_session"', 'SessionIndex="a&#x9;b&#xA;c&#xD;d\te\nf &lt;&amp;&quot;&apos;>"')
    accepted("odd-attribute-values", by_xmlsec1(odd), XMLSEC1, "white space and marks in the value of an XML attribute")
    quotes = re.sub(r'(Version|IssueInstant)="([^"]*)"', r"  \1 =\n'\2'", by_xmlsec1(RESPONSE, "response"))
    accepted("tags-otherwise-written", quotes.replace("/>", "  />"), XMLSEC1,
             "quotes and white space in tags are none of the signature's business")
    accepted("declaration", '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n' + by_signxml(RESPONSE), SIGNXML, "an XML declaration")
    accepted("byte-order-mark", "\ufeff" + by_signxml(RESPONSE), SIGNXML, "a byte order mark")


def shapes():
    attributes = f"<saml:AttributeStatement>{ATTRIBUTES}</saml:AttributeStatement>"
    accepted("statements-in-other-order", by_xmlsec1(changed(RESPONSE, attributes, "", AUTHENTICATION, attributes + AUTHENTICATION)),
             XMLSEC1, "attributes before the authentication")
    split = changed(RESPONSE, attribute("UAI", "0990001N"),
                    "</saml:AttributeStatement><saml:AttributeStatement>" + attribute("UAI", "0990001N"))
    accepted("two-attribute-statements", by_xmlsec1(split), XMLSEC1, "attributes in two statements")
    accepted("no-authn-statement", by_xmlsec1(changed(RESPONSE, AUTHENTICATION, "")), XMLSEC1, "nothing is read of an AuthnStatement but its end")
    accepted("session-end", by_xmlsec1(changed(RESPONSE, ' SessionIndex="_session"',
             ' SessionIndex="_session" SessionNotOnOrAfter="2026-09-01T18:00:00Z"')), XMLSEC1, "a session with an end")
    accepted("consent-and-issuer-format", by_xmlsec1(
        changed(RESPONSE, ' ID="_response"', ' Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" ID="_response"')
        .replace("<saml:Issuer>", '<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">'), "assertion", "response"),
        XMLSEC1, "Consent, and issuers with a Format")
    accepted("no-response-issuer-nor-destination",
             by_xmlsec1(changed(RESPONSE, ISSUER + SIGN_RESPONSE, SIGN_RESPONSE, f' Destination="{ACS}"', ""), "response"), XMLSEC1,
             "the response says neither who sent it nor where to")
    accepted("name-id-persistent", by_xmlsec1(changed(RESPONSE, "nameid-format:transient", "nameid-format:persistent")), XMLSEC1, "NameID is never a key")
    accepted("no-name-id", by_xmlsec1(changed(RESPONSE, NAME_ID, "")), XMLSEC1, "no NameID")
    accepted("one-time-use-and-proxy", by_xmlsec1(changed(RESPONSE, RESTRICTION,
             f'<saml:OneTimeUse/>{RESTRICTION}<saml:ProxyRestriction Count="0"/>')), XMLSEC1, "the other conditions")
    two = RESTRICTION.replace("<saml:Audience>", "<saml:Audience>https://other.example.org</saml:Audience><saml:Audience>")
    accepted("audiences", by_xmlsec1(changed(RESPONSE, RESTRICTION, two + RESTRICTION)), XMLSEC1, "two restrictions, each of which names us")
    accepted("conditions-without-times", by_xmlsec1(changed(RESPONSE,
             ' NotBefore="2026-09-01T07:59:00Z" NotOnOrAfter="2026-09-01T08:05:00Z"', "")), XMLSEC1, "the confirmation alone has an end")
    holder = '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"/>'
    accepted("holder-of-key-beside-bearer", by_xmlsec1(changed(RESPONSE, CONFIRMATION, holder + CONFIRMATION)), XMLSEC1,
             "a confirmation for another way of delivery, beside ours")
    accepted("two-bearers", by_xmlsec1(changed(RESPONSE, CONFIRMATION, CONFIRMATION + CONFIRMATION)), XMLSEC1, "two confirmations that hold")
    accepted("extensions-and-advice", by_xmlsec1(changed(RESPONSE,
             SUCCESS, '<samlp:Extensions><a xmlns="urn:example:a">text<b/></a></samlp:Extensions>' + SUCCESS,
             AUTHENTICATION, "<saml:Advice><saml:AssertionIDRef>_other</saml:AssertionIDRef></saml:Advice>" + AUTHENTICATION),
             "assertion", "response"), XMLSEC1, "what is not read is not looked into")
    message = '"urn:oasis:names:tc:SAML:2.0:status:Success"/><samlp:StatusMessage>ok</samlp:StatusMessage><samlp:StatusDetail><a/></samlp:StatusDetail>'
    accepted("status-with-message", by_xmlsec1(changed(RESPONSE, '"urn:oasis:names:tc:SAML:2.0:status:Success"/>', message)), XMLSEC1, "a status with more in it")
    accepted("signature-at-the-end", by_xmlsec1(changed(RESPONSE, SIGN_ASSERTION, "", "</saml:Assertion>", SIGN_ASSERTION + "</saml:Assertion>")),
             XMLSEC1, "the order of parts is not looked at")


def people():
    accepted("several-names", by_xmlsec1(changed(RESPONSE, value("Zoé"), value("Zoé") + value("Marie") + value("Lou"),
             value("D’Hérouville"), value("D’Hérouville") + value("Martin"))), XMLSEC1, "lists of names",
             {"PRE": ["Zoé", "Marie", "Lou"], "NOM": ["D’Hérouville", "Martin"]})
    accepted("blank-names", by_xmlsec1(changed(RESPONSE, value("Zoé"), value("") + value(" \n ") + value(" Zoé "))), XMLSEC1,
             "a blank name does not hide the one behind it", {"PRE": ["", " \n ", " Zoé "]})
    accepted("no-last-name", by_xmlsec1(changed(RESPONSE, attribute("NOM", "D’Hérouville"), "")), XMLSEC1, "no NOM", {"NOM": None})
    accepted("ido-alone", by_signxml(changed(RESPONSE, ATTRIBUTES, attribute("IDO", IDO))), SIGNXML, "nothing but the IDO",
             {name: None for name in TOLD if name != "IDO"})
    accepted("other-attributes", by_xmlsec1(changed(RESPONSE, attribute("PRE", "Zoé"), attribute("DIV", "6A", "GRP1") + attribute("PRE"))),
             XMLSEC1, "attributes that nobody asked for, and one without a value", {"DIV": ["6A", "GRP1"], "PRE": []})
    kinds = RESPONSE.replace(value("Zoé"), '<saml:AttributeValue>Zoé</saml:AttributeValue>')
    kinds = changed(kinds, value("National_elv"), value("National_elv", "xs:anyType"), value("0990001N"), '<saml:AttributeValue xsi:nil="true"/>')
    accepted("kinds-of-values", by_xmlsec1(kinds), XMLSEC1, "no xsi:type, another one, and xsi:nil", {"UAI": [""]})
    longest = "é" * 255
    accepted("ido-of-255-characters", by_xmlsec1(changed(RESPONSE, IDO, longest)), XMLSEC1, "the longest IDO", {"IDO": [longest]})
    teacher = changed(RESPONSE, "National_elv", "National_ens", '"UAI"', '"UAI" FriendlyName="school"')
    accepted("teacher", by_signxml(teacher, "response"), SIGNXML, "a teacher", {"PRO": ["National_ens"]})


def times_and_keys():
    signed = by_xmlsec1(RESPONSE)
    accepted("latest-with-skew", signed, XMLSEC1, "one second before five minutes after the end", now="2026-09-01T08:09:59Z")
    accepted("earliest-with-skew", signed, XMLSEC1, "five minutes before the beginning", now="2026-09-01T07:54:00Z")
    accepted("fractions-of-seconds", by_xmlsec1(RESPONSE.replace(":00Z", ":00.123Z")), XMLSEC1, "times with fractions")
    accepted("next-key", by_xmlsec1(RESPONSE, key="next"), XMLSEC1, "the key of a roll-over")
    accepted("next-key-by-signxml", by_signxml(RESPONSE, "response", key="next"), SIGNXML, "the key of a roll-over")
    accepted("key-without-use", signed, XMLSEC1, "a key of the metadata without a use", metadata="metadata-without-use")
    accepted("no-key-info", by_xmlsec1(RESPONSE, key_info=""), XMLSEC1, "no KeyInfo")
    other = f"<ds:KeyInfo><ds:KeyName>stranger</ds:KeyName><ds:X509Data><ds:X509Certificate>{certificate('stranger')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    accepted("key-info-of-a-stranger", changed(by_xmlsec1(RESPONSE, key_info=""), "</ds:SignatureValue>", "</ds:SignatureValue>" + other), XMLSEC1,
             "KeyInfo is not asked, whatever it says")


def envelopes():
    signed = by_xmlsec1(RESPONSE, "assertion", "response").encode()
    accepted("base64", base64.b64encode(signed), XMLSEC1, "as the form's field holds it")
    accepted("base64-with-line-breaks", base64.encodebytes(signed).replace(b"\n", b"\r\n"), XMLSEC1, "base64 in lines, as MIME has it")
    in_lines = re.sub(r"(?<=<ds:SignatureValue>)[^<]*",
                      lambda found: "\n  " + re.sub(r"(.{20})", "\\1\r\n\t", found[0].replace("\n", "")) + " ", by_signxml(RESPONSE, "response"))
    accepted("signature-value-in-lines", in_lines, SIGNXML, "line breaks within the value of the signature")
