// What Netlify's own engines make of _headers and _redirects: node netlify_rules.mjs NODE_MODULES FOLDER PATH…
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [tools, folder, ...paths] = process.argv.slice(2);
const load = (name, file) => import(pathToFileURL(join(tools, name, file)));
const { HeadersHandler } = await load("@netlify/headers", "dist/main.js");
const { RedirectsHandler } = await load("@netlify/redirects", "dist/main.js");
const { parseAllRedirects } = await load("@netlify/redirect-parser", "lib/index.js");

const errors = [];
const logger = { error: (message) => errors.push(message), log() {}, warn() {} };
const parsed = await parseAllRedirects({
  redirectsFiles: [join(folder, "_redirects")], netlifyConfigPath: undefined, configRedirects: [], minimal: true,
});
errors.push(...parsed.errors.map((error) => error.message));
const headers = new HeadersHandler({ projectDir: folder, publishDir: ".", logger });
const redirects = new RedirectsHandler({
  configRedirects: parsed.redirects, jwtRoleClaim: "", jwtSecret: "", projectDir: folder, publicDir: folder,
});

const found = {};
for (const path of paths) {
  const request = new Request(`http://tea.example${path}`);
  const match = await redirects.match(request);
  const applied = Object.entries(await headers.apply(request)).map(([name, value]) => [name.toLowerCase(), value]);
  found[path] = { headers: Object.fromEntries(applied) };
  if (match) Object.assign(found[path], { status: match.statusCode, to: match.targetRelative });
}
console.log(JSON.stringify({ errors, ...found }));
process.exit(0);
