// A second identity provider that we did not write: samlp, with as much around it as it needs. It reads one line of JSON from its
// standard input, {"issuer", "key", "certificate"}, writes its address to its standard output, and ends when its standard input
// closes. Who signs on stands in the address: ?person={"IDO": …}.
const express = require("express");
const samlp = require("samlp");
const readline = require("node:readline");

const input = readline.createInterface({ input: process.stdin });
input.on("close", () => process.exit());
input.once("line", (line) => {
  const { issuer, key, certificate } = JSON.parse(line);
  const profileMapper = (person) => ({
    getClaims: () => person,
    getNameIdentifier: () => ({ nameIdentifier: "_transient" }),
  });
  const options = {
    issuer,
    key,
    cert: certificate,
    profileMapper,
    lifetimeInSeconds: 300,
    signResponse: true,
    getUserFromRequest: (req) => JSON.parse(req.query.person),
  };
  // It trusts whoever asks. Unless they are told, it names no recipient, and the audience as the destination.
  const answer = (req, res, next) =>
    samlp.parseRequest(req, {}, (error, asked) => {
      if (error) return next(error);
      const acs = asked.assertionConsumerServiceURL;
      const getPostURL = (audience, request, req, done) => done(null, acs);
      samlp.auth({ ...options, getPostURL, recipient: acs, destination: acs })(req, res, next);
    });
  const server = express()
    .get("/sso", answer)
    .listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
});
