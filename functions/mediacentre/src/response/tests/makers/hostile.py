"""What is refused at the door, signed or not: bytes and XML that are not read."""

import base64

from catalogue import refused
from message import *
from signing import by_signxml, by_xmlsec1

XMLSEC1, SIGNXML, HAND = "xmlsec1", "signxml", "by hand"


def make():
    signed = by_xmlsec1(RESPONSE, "assertion", "response")
    by_other = by_signxml(RESPONSE)
    sizes(signed)
    encodings(by_other)
    markup(signed, by_other)
    namespaces(signed)
    identifiers()


def sizes(signed):
    padding = "<!--" + "x" * 1024 + "-->"
    refused("xml-too-large", "too_large", changed(signed, "</samlp:Response>", padding * 256 + "</samlp:Response>"), XMLSEC1, "more than 256 kB of XML")
    refused("base64-too-large", "too_large", base64.b64encode(b"<" + b"x" * 310_000), HAND, "more than 400 kB of base64")
    refused("too-many-nodes", "too_many_nodes", changed(signed, "</samlp:Response>", "<!---->" * 5000 + "</samlp:Response>"), XMLSEC1, "5,000 comments")
    deep = "<a>" * 40 + "</a>" * 40
    refused("too-deep", "too_deep", by_xmlsec1(changed(RESPONSE, SUCCESS, f"<samlp:Extensions>{deep}</samlp:Extensions>" + SUCCESS)),
            XMLSEC1, "40 elements within one another")
    many = " ".join(f'a{number}=""' for number in range(100))
    refused("too-many-attributes", "too_many_attributes", by_xmlsec1(changed(RESPONSE, SUCCESS, f"<samlp:Extensions {many}/>" + SUCCESS)),
            XMLSEC1, "100 attributes in a tag")
    long = "urn:" + "x" * 20_000
    many = f'<samlp:Extensions xmlns:p="{long}">' + "<p:a/>" * 200 + "</samlp:Extensions>"
    refused("canonical-form-too-large", "too_large", by_xmlsec1(changed(RESPONSE, SUCCESS, many + SUCCESS), "response"), XMLSEC1,
            "24 kB that become 4 MB once canonical")


def encodings(signed):
    refused("not-base64", "not_base64", base64.b64encode(signed.encode()).replace(b"A", b"-", 1), SIGNXML, "a character that base64 has not")
    refused("base64-cut-off", "not_base64", base64.b64encode(signed.encode())[:-3], SIGNXML, "the end is missing")
    refused("latin-1", "not_utf8", signed.encode("latin-1", "xmlcharrefreplace"), SIGNXML, "bytes of another encoding")
    refused("utf-16", "not_utf8", signed.encode("utf-16"), SIGNXML, "UTF-16 with its byte order mark")
    refused("encoding-declared", "encoding_other", '<?xml version="1.0" encoding="ISO-8859-1"?>' + signed, SIGNXML, "UTF-8 that says it were Latin 1")
    refused("xml-1.1", "xml_version_other", '<?xml version="1.1" encoding="UTF-8"?>' + signed, SIGNXML, "XML 1.1")


def markup(signed, by_other):
    refused("doctype", "doctype", "<!DOCTYPE Response>" + by_other, SIGNXML, "a DOCTYPE without anything in it")
    entity = f'<!DOCTYPE r [<!ENTITY ido "{"a" * 128}">]>' + changed(signed, IDO, "&ido;")
    refused("entity", "doctype", entity, XMLSEC1, "an entity for the IDO")
    external = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + changed(signed, "Zoé", "&x;")
    refused("external-entity", "doctype", external, XMLSEC1, "an external entity")
    laughs = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(f'<!ENTITY {n} "{f"&{o};" * 10}">' for o, n in zip("abcdefgh", "bcdefghi")) + "]>"
    refused("billion-laughs", "doctype", laughs + changed(signed, "Zoé", "&i;"), XMLSEC1, "entities that grow")
    default = '<!DOCTYPE r [<!ATTLIST saml:Attribute Name CDATA "IDO">]>' + signed
    refused("default-attributes", "doctype", default, XMLSEC1, "attributes by default")
    refused("doctype-behind-comment", "doctype", "<!-- a --><!DOCTYPE r>" + signed, XMLSEC1, "a DOCTYPE behind a comment")
    refused("unknown-entity", "not_well_formed", changed(signed, "Zoé", "Zo&eacute;"), XMLSEC1, "an entity of HTML")
    refused("processing-instruction", "processing_instruction", changed(signed, SUCCESS, "<?a b?>" + SUCCESS), XMLSEC1, "an instruction between elements")
    refused("processing-instruction-in-value", "processing_instruction", changed(signed, "Zoé", "Zo<?a?>é"), XMLSEC1, "an instruction in a value")
    refused("stylesheet", "processing_instruction", '<?xml-stylesheet href="a.xsl"?>' + signed, XMLSEC1, "a stylesheet")
    refused("cut-off", "not_well_formed", signed[: len(signed) // 2], XMLSEC1, "half a response")
    refused("two-roots", "not_well_formed", signed + by_other, XMLSEC1, "two responses")
    refused("text-behind", "not_well_formed", signed.rstrip() + "text", XMLSEC1, "text behind the root")
    refused("control-character", "not_well_formed", changed(signed, "Zoé", "Zo&#x1;é"), XMLSEC1, "a character that XML has not")
    refused("surrogate", "not_well_formed", changed(signed, "Zoé", "Zo&#xD83D;é"), XMLSEC1, "a reference to half a character")
    refused("two-attributes", "not_well_formed", changed(signed, ' ID="_response"', ' ID="_response" Version="2.0"'), XMLSEC1, "an attribute twice in a tag")
    refused("not-xml", "not_well_formed", "<html><body><p>Session expirée<br></body></html>", HAND, "a page of HTML")


def namespaces(signed):
    refused("xmlns-twice", "namespaces_malformed", changed(signed, "<samlp:Status>", '<samlp:Status xmlns="urn:a" xmlns="urn:b">'), XMLSEC1, "xmlns twice in a tag")
    refused("prefix-twice", "namespaces_malformed", changed(signed, "<samlp:Status>", '<samlp:Status xmlns:a="urn:a" xmlns:a="urn:b">'), XMLSEC1, "a prefix twice in a tag")
    refused("prefix-taken-back", "namespaces_malformed", changed(signed, "<samlp:Status>", '<samlp:Status xmlns:xs="">'), XMLSEC1, "a prefix without a namespace")
    refused("xmlns-with-prefix", "namespaces_malformed", changed(signed, "<samlp:Status>", '<samlp:Status saml:xmlns="urn:a">'), XMLSEC1, "xmlns in a namespace of its own")
    refused("colon-first", "namespaces_malformed", changed(signed, SUCCESS, SUCCESS + "<:a/>"), XMLSEC1, "a name that begins with a colon")


def identifiers():
    twice = changed(RESPONSE, ' ID="_assertion"', ' ID="_response"')
    refused("id-twice", "id_twice", twice, HAND, "the ID of the response on the assertion, too")
    other = changed(by_xmlsec1(RESPONSE), "<saml:Conditions ", '<saml:Conditions xml:id="_assertion" ')
    refused("id-twice-as-xml-id", "id_twice", other, XMLSEC1, "the assertion's ID as an xml:id elsewhere")
    other = changed(by_xmlsec1(RESPONSE), "<saml:Conditions ", '<saml:Conditions id="_assertion" ')
    refused("id-twice-in-lower-case", "id_twice", other, XMLSEC1, "the assertion's ID as an id elsewhere")
    refused("no-response-id", "id_missing", by_xmlsec1(changed(RESPONSE, ' ID="_response"', "")), XMLSEC1, "the response has no ID")
    refused("no-assertion-id", "id_missing", by_xmlsec1(changed(RESPONSE, ' ID="_assertion"', ""), "response"), XMLSEC1, "the assertion has no ID")
    refused("empty-id", "id_missing", by_xmlsec1(changed(RESPONSE, ' ID="_assertion"', ' ID=""'), "response"), XMLSEC1, "the assertion's ID is empty")
