// Writes the request beside this file that only this client makes: it sends UTF-8 as it is, and signs the hash of the
// body, the length and its own `x-amz-` header.
//
//     cp shared/tests/requests/capture.mjs /tmp/js/ && cd /tmp/js && npm i @aws-sdk/client-identitystore
//     node capture.mjs > /path/to/shared/tests/requests/identitystore-create-user-javascript.http

import http from "node:http";
import { CreateUserCommand, IdentitystoreClient } from "@aws-sdk/client-identitystore";

const server = http.createServer(async (request, response) => {
  const body = await request.toArray();
  let head = `${request.method} ${request.url} HTTP/1.1\r\n`;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    head += `${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}\r\n`;
  }
  process.stdout.write(Buffer.concat([Buffer.from(`${head}\r\n`), ...body]));
  response.end("{}");
});
await new Promise((started) => server.listen(0, "127.0.0.1", started));

const client = new IdentitystoreClient({
  region: "eu-central-1",
  endpoint: `http://127.0.0.1:${server.address().port}`,
  credentials: {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  },
  defaultUserAgentProvider: async () => [["aws-sdk-js", "3"]],
});
await client.send(
  new CreateUserCommand({
    IdentityStoreId: "d-9067642ac7",
    UserName: "zoë.müller",
    DisplayName: "Zoë Müller 🦊",
  }),
);
client.destroy();
server.close();
