// Sends a file: HOST PORT plain|starttls|implicit CA MECHANISM USER SECRET FROM TO FILE
module.paths.push('/usr/local/lib/maillab-clients/node_modules'); // where ./install puts it
const fs = require('fs');
const nodemailer = require('nodemailer');

const [host, port, begins, ca, mechanism, user, secret, from, to, file] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  host, port: Number(port), name: 'client.lab.test',
  secure: begins === 'implicit', requireTLS: begins === 'starttls', ignoreTLS: begins === 'plain',
  tls: { ca: fs.readFileSync(ca) },
  authMethod: mechanism,
  auth: mechanism === 'XOAUTH2' ? { type: 'OAuth2', user, accessToken: secret } : { user, pass: secret },
});
transport.sendMail({ envelope: { from, to }, raw: fs.readFileSync(file) }).catch((error) => {
  console.error(error);
  process.exit(1);
});
