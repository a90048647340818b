/**
 * Credentials and personal data of our own making, for the tests: real forms with contents drawn at random from a seed. Each row
 * is a kind and texts; the secret stands between « and ». `{a40}` draws forty letters and digits, `{x}` hexadecimal, `{X}` in
 * capitals, `{d}` digits, `{A}` capitals and digits, `{l}` small letters and digits, `{w}` base64url, `{b}` base64, `{u}` a UUID.
 */

export interface CorpusSample {
  readonly kind: string;
  readonly text: string;
  readonly secret: string;
}

const ALPHABETS: Readonly<Record<string, string>> = {
  a: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  x: '0123456789abcdef',
  X: '0123456789ABCDEF',
  d: '0123456789',
  n: '123456789',
  A: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  Z: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  l: 'abcdefghijklmnopqrstuvwxyz0123456789',
  w: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-',
  b: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/',
};

/** Every row filled in from the seed: the same seed gives the same texts. */
export function corpus(seed: number): CorpusSample[] {
  const kinds = ROWS.flatMap(([kind, ...templates]) => templates.map(() => kind));
  return filled(seed, ROWS.flatMap(([, ...templates]) => templates)).map((text, index) => {
    const [before, secret, after] = text.includes('«') ? text.split(/[«»]/) : ['', text, ''];
    return { kind: kinds[index]!, text: `${before}${secret}${after}`, secret: secret! };
  });
}

/** Templates filled in from the seed. */
export function filled(seed: number, templates: readonly string[]): string[] {
  const random = mulberry32(seed);
  const draw = (alphabet: string, length: number): string => Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  const fill = (template: string): string =>
    template
      .replaceAll('{u}', () => `${draw('0123456789abcdef', 8)}-${draw('0123456789abcdef', 4)}-4${draw('0123456789abcdef', 3)}-a${draw('0123456789abcdef', 3)}-${draw('0123456789abcdef', 12)}`)
      .replaceAll(/\{basic\}/g, () => Buffer.from(`${draw(ALPHABETS['l']!, 6)}:${draw(ALPHABETS['a']!, 10)}`).toString('base64'))
      .replaceAll(/\{jwt\}/g, () => ['{"alg":"RS256","typ":"JWT"}', `{"sub":"${draw(ALPHABETS['d']!, 10)}","name":"x"}`].map((part) => Buffer.from(part).toString('base64url')).join('.') + `.${draw(ALPHABETS['w']!, 86)}`)
      .replaceAll(/\{card (\d+)(?: (\d+))?\}/g, (_all, prefix: string, length = '16') => luhnCompleted(prefix + draw('0123456789', Number(length) - prefix.length - 1)))
      .replaceAll(/\{iban ([A-Z]{2}) (\w+)\}/g, (_all, country: string, form: string) => ibanOf(country, form.replaceAll(/([nac])(\d+)/g, (_part, alphabet: string, count: string) => draw(ALPHABETS[alphabet === 'n' ? 'd' : alphabet === 'a' ? 'Z' : 'A']!, Number(count)))))
      .replaceAll(/\{([a-zA-Z])(\d+)\}/g, (_all, alphabet: string, length: string) => draw(ALPHABETS[alphabet]!, Number(length)));
  return templates.map(fill);
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** ISO/IEC 7812-1 annex B. */
function luhnCompleted(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const doubled = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits + String((10 - (sum % 10)) % 10);
}

/** ISO 13616: check digits of a BBAN. */
function ibanOf(country: string, bban: string): string {
  const digits = [...bban, ...country, '0', '0'].map((character) => Number.parseInt(character, 36)).join('');
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${bban}`;
}

const ROWS: readonly (readonly [kind: string, ...templates: string[]])[] = [
  // Tokens that are known by their form alone
  ['github', 'ghp_{a36}', 'gho_{a36}', 'ghu_{a36}', 'ghs_{a36}', 'ghr_{a76}', 'github_pat_{a22}_{a59}', 'https://x-access-token:«ghs_{a36}»@github.com/org/repo.git', 'https://«ghp_{a36}»@github.com/org/repo.git'],
  ['gitlab', 'glpat-{w20}', 'glpat-{w27}.01.{l9}', 'gldt-{w20}', 'glrt-{w20}', 'glptt-{x40}', 'glcbt-1a_{w20}', 'glsoat-{w20}', 'glffct-{w20}', 'https://gitlab-ci-token:«{w20}»@gitlab.com/org/repo.git'],
  ['bitbucket', 'ATBB{a32}', 'ATCTT3xFfGN0{w150}={X8}'],
  ['atlassian', 'ATATT3xFfGF0{w160}={X8}', 'ATOA{a40}', 'JIRA_API_TOKEN=«{a24}»', 'ATSTT3xFfG{w160}'],
  ['npm', 'npm_{a36}', '//registry.npmjs.org/:_authToken=«{u}»', '//npm.pkg.github.com/:_authToken=«ghp_{a36}»', '//registry.example.com/:_password=«{b22}==»', '_auth=«{basic}»'],
  ['pypi', 'pypi-AgEIcHlwaS5vcmc{w130}', 'pypi-AgENdGVzdC5weXBpLm9yZw{w130}'],
  ['rubygems', 'rubygems_{x48}'],
  ['nuget', 'oy2{l43}'],
  ['crates', 'cio{a32}'],
  ['docker', 'dckr_pat_{w27}', 'dckr_oat_{w32}', '{"auths":{"https://index.docker.io/v1/":{"auth":"«{basic}»"}}}', '{"auths":{"ghcr.io":{"username":"bob","password":"«{a20}»"}}}', 'echo "«{a14}»" | docker login -u bob --password-stdin registry.example.com', "echo '«Str0ng-{a6}»' | docker login --username bob --password-stdin", 'docker login -u bob --password=«{a12}» r.io', 'printf %s «{a14}» | helm registry login r.io --password-stdin'],
  ['aws key id', 'AKIA{A16}', 'ASIA{A16}'],
  ['aws secret', 'aws_secret_access_key = «{b40}»', '[default]\naws_access_key_id = AKIA{A16}\naws_secret_access_key = «{b40}»\nregion = eu-west-1', 'AWS_SECRET_ACCESS_KEY=«{b40}»', 'AKIA{A16} / «{b40}»', 'AKIA{A16}:«{b40}»', '{"AccessKeyId":"ASIA{A16}","SecretAccessKey":"«{b40}»","SessionToken":"IQoJb3JpZ2luX2Vj{b200}"}', '{"Credentials":{"SessionToken":"«IQoJb3JpZ2luX2VjE{b300}»"}}', 'new AWS.Config({accessKeyId: "AKIA{A16}", secretAccessKey: "«{b40}»"})', 'x-amz-security-token: «FwoGZXIvYXdzE{b200}»'],
  ['signed url', 'https://bucket.s3.amazonaws.com/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{A16}%2F20240517%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20240517T120000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=«{x64}»', 'https://bucket.s3.amazonaws.com/key?AWSAccessKeyId=AKIA{A16}&Expires=1715948096&Signature=«{b27}%3D»', 'https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=svc%40p.iam.gserviceaccount.com%2F20240517%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Date=20240517T120000Z&X-Goog-Expires=900&X-Goog-SignedHeaders=host&X-Goog-Signature=«{x512}»', 'https://acct.blob.core.windows.net/c/b.txt?sv=2022-11-02&st=2024-05-17T12%3A00%3A00Z&se=2024-05-18T12%3A00%3A00Z&sr=b&sp=r&sig=«{a41}%2B3%3D»', 'https://d111.cloudfront.net/video.m3u8?Expires=1715948096&Signature=«{w340}__»&Key-Pair-Id=K2JCJMDEHXQW5F', 'https://d111.cloudfront.net/a.mp4?Policy=«eyJTdGF0ZW1lbnQiOlt7{w200}_»&Signature={w300}&Key-Pair-Id=K2JCJMDEHXQW5F', 'https://oss.example.com/o?OSSAccessKeyId=LTAI{a20}&Expires=1715948096&Signature=«{a26}%3D»', 'CloudFront-Signature=«{w340}»; CloudFront-Policy={w200}'],
  ['gcp', 'AIza{w35}', 'ya29.a0AfB_by{w150}', 'GOCSPX-{w28}', '1//0g{w60}', '{"type":"service_account","private_key_id":"{x40}","private_key":"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC«{b60}»\\n-----END PRIVATE KEY-----\\n"}', 'GOOG1E{A56}', 'https://maps.googleapis.com/maps/api/geocode/json?address=x&key=«AIza{w35}»', 'AQ.Ab8RN6{w44}'],
  ['azure', 'DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=«{b86}==»;EndpointSuffix=core.windows.net', 'Endpoint=sb://ns.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=«{b43}=»', 'AccountEndpoint=https://acct.documents.azure.com:443/;AccountKey=«{b86}==»;', 'HostName=hub.azure-devices.net;DeviceId=d1;SharedAccessKey=«{b43}=»', 'SharedAccessSignature sr=ns.servicebus.windows.net&sig=«{a40}%3D»&se=1715948096&skn=Root', '{a3}8Q~{w34}', 'azure_client_secret: «{a3}8Q~{w34}»', 'Ocp-Apim-Subscription-Key: «{x32}»', 'InstrumentationKey=«{u}»;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/', 'Server=tcp:db.database.windows.net,1433;Initial Catalog=shop;User ID=sa;Password=«{a12}!»;Encrypt=True;', 'x-functions-key: «{w54}==»', 'https://fn.azurewebsites.net/api/run?code=«{w54}%3D%3D»', 'https://prod-01.westeurope.logic.azure.com/workflows/{x32}/triggers/manual/paths/invoke?api-version=2016-10-01&sp=%2Ftriggers&sv=1.0&sig=«{w43}»'],
  ['alibaba', 'LTAI5t{a18}', 'LTAI{a12}', 'accessKeySecret: «{a30}»', 'ALIYUN_ACCESS_KEY_SECRET=«{a30}»'],
  ['tencent', 'AKID{a32}', 'TENCENTCLOUD_SECRET_KEY=«{a32}»', '{"SecretId":"AKID{a32}","SecretKey":"«{a32}»"}'],
  ['yandex', 'AQVN{w35}', 'y0_{w55}', 't1.9euelZ{w180}.{w86}', 'YCAJE{w20}', 'YC_TOKEN=«y1_{w50}»', 'OAuth «y0_AgAAAA{w50}»'],
  ['wechat', 'https://api.weixin.qq.com/sns/oauth2/access_token?appid=wx{x16}&secret=«{x32}»&code=x&grant_type=authorization_code', 'WECHAT_APP_SECRET=«{x32}»', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=«{u}»', 'access_token=«72_{w120}»'],
  ['line', 'LINE_CHANNEL_SECRET=«{x32}»', 'LINE_CHANNEL_ACCESS_TOKEN=«{b160}=»', 'https://notify-api.line.me token «{a43}»'],
  ['digitalocean', 'dop_v1_{x64}', 'doo_v1_{x64}', 'dor_v1_{x64}', 'DO_SPACES_SECRET=«{b43}»'],
  ['linode', 'LINODE_TOKEN=«{x64}»', 'linode-cli --token «{x64}»'],
  ['hetzner', 'HCLOUD_TOKEN=«{a64}»'],
  ['vultr', 'VULTR_API_KEY=«{A36}»'],
  ['heroku', 'HRKU-{u}', 'HRKU-AA{w58}', 'HEROKU_API_KEY=«{u}»', 'machine api.heroku.com\n  login a@example.com\n  password «{u}»'],
  ['netlify', 'nfp_{a36}', 'NETLIFY_AUTH_TOKEN=«{w43}»'],
  ['vercel', 'vercel_blob_rw_{a16}_{a30}', 'VERCEL_TOKEN=«{a24}»', 'vcp_{a56}'],
  ['flyio', 'FlyV1 fm2_{b300}', 'fo1_{w43}', 'fm2_lJPE{b300}'],
  ['render', 'rnd_{a32}'],
  ['railway', 'RAILWAY_TOKEN=«{u}»'],
  ['supabase', 'sbp_{x40}', 'sb_secret_{w22}_{w8}', 'SUPABASE_SERVICE_ROLE_KEY=«{jwt}»'],
  ['planetscale', 'pscale_tkn_{w43}', 'pscale_pw_{w43}', 'mysql://abc:«pscale_pw_{w43}»@eu.connect.psdb.cloud/db?sslaccept=strict'],
  ['neon', 'napi_{l64}', 'postgresql://owner:«npg_{a12}»@ep-cool-1.eu-central-1.aws.neon.tech/db'],
  ['upstash', 'UPSTASH_REDIS_REST_TOKEN=«{b50}=»', 'rediss://default:«{x32}»@eu1-x.upstash.io:6379'],
  ['mongodb', 'mongodb+srv://app:«{a16}»@cluster0.ab1cd.mongodb.net/shop?retryWrites=true', 'mdb_sa_sk_{a40}', 'MONGO_URL=mongodb://root:«p%40ss{a8}»@mongo:27017/admin'],
  ['databricks', 'dapi{x32}', 'dapi{x32}-2', 'dose{x32}'],
  ['snowflake', 'snowflake://user:«{a12}»@acct.eu-west-1/db', 'SNOWFLAKE_PASSWORD=«{a12}»'],
  ['cloudflare', 'CF_API_TOKEN=«{w40}»', 'X-Auth-Key: «{x37}»', 'v1.0-{x24}-{x146}', 'cloudflare_api_key = "«{x37}»"', 'CF-Access-Client-Secret: «{x64}»', 'cloudflared tunnel run --token «eyJhIjoi{b150}»'],
  ['fastly', 'Fastly-Key: «{w32}»', 'FASTLY_API_TOKEN=«{w32}»'],
  ['vault', 'hvs.{w90}', 'hvb.{w120}', 'hvs.CAESI{w90}', 'X-Vault-Token: «s.{a24}»', 'VAULT_TOKEN=«s.{a24}»', 'vault write auth/approle/login role_id={u} secret_id=«{u}»', 'Unseal Key 1: «{b43}=»', 'Initial Root Token: «hvs.{a24}»'],
  ['consul', 'CONSUL_HTTP_TOKEN=«{u}»', 'X-Consul-Token: «{u}»', 'SecretID:         «{u}»', 'X-Nomad-Token: «{u}»', 'consul kv get -token=«{u}» x'],
  ['terraform', '{a14}.atlasv1.{w67}', 'TFE_TOKEN={a14}.atlasv1.«{w67}»', 'credentials "app.terraform.io" { token = "«{a14}.atlasv1.{w67}»" }'],
  ['pulumi', 'pul-{x40}', 'PULUMI_CONFIG_PASSPHRASE=«correct-horse-{a6}»'],
  ['grafana', 'glsa_{a32}_{x8}', 'glc_eyJvIjoi{b100}=', 'eyJrIjoi{b70}=='],
  ['doppler', 'dp.pt.{a43}', 'dp.st.prd.{a43}'],
  ['1password', 'ops_eyJ{b250}', 'A3-{A6}-{A6}-{A5}-{A5}-{A5}-{A5}', 'OP_CONNECT_TOKEN=«{jwt}»'],
  ['circleci', 'CCIPAT_{a22}_{x40}', 'Circle-Token: «{x40}»'],
  ['buildkite', 'bkua_{x40}', 'BUILDKITE_AGENT_TOKEN=«{x50}»'],
  ['jenkins', 'curl -u admin:«11{x32}» https://jenkins.example.com/job/x/build', 'curl --user bob:«{x32}» https://x.example', 'Jenkins-Crumb: «{x64}»'],
  ['sonar', 'squ_{x40}', 'sqp_{x40}', 'sonar.login=«{x40}»', '-Dsonar.token=«sqa_{x40}»'],
  ['snyk', 'SNYK_TOKEN=«{u}»', 'snyk_uat.{x8}.{w80}.{w100}'],
  ['codecov', 'CODECOV_TOKEN=«{u}»'],
  ['datadog', 'DD_API_KEY=«{x32}»', 'DD-APPLICATION-KEY: «{x40}»', 'https://http-intake.logs.datadoghq.com/v1/input/«{x32}»?ddsource=x', 'https://api.datadoghq.com/api/v1/validate?api_key=«{x32}»', 'ddapp_{a34}'],
  ['newrelic', 'NRAK-{A27}', 'NRJS-{x19}', 'X-License-Key: «{x36}NRAL»', 'NEW_RELIC_LICENSE_KEY=«{x36}NRAL»', '{x36}NRAL', 'eu01xx{x30}NRAL', 'Api-Key: «NRII-{w32}»'],
  ['sentry', 'https://«{x32}»@o123456.ingest.sentry.io/4505123', 'https://{x32}:«{x32}»@sentry.io/1234', 'sntrys_eyJ{b150}=_{b43}', 'sntryu_{x64}', 'X-Sentry-Auth: Sentry sentry_version=7, sentry_key=«{x32}», sentry_client=raven/1.0'],
  ['honeycomb', 'hcaik_01{l58}', 'x-honeycomb-team: «{a22}»', 'HONEYCOMB_API_KEY=«{x32}»'],
  ['dynatrace', 'dt0c01.{A24}.{A64}', 'Api-Token «dt0s01.{A8}.{A64}»'],
  ['elastic', 'Authorization: ApiKey «{b58}==»', 'essu_{b60}==', 'ELASTIC_PASSWORD=«{a20}»'],
  ['splunk', 'Authorization: Splunk «{u}»', 'SPLUNK_HEC_TOKEN=«{u}»', 'X-SF-Token: «{w22}»'],
  ['pagerduty', 'Authorization: Token token=«{w20}»', '"routing_key": "«R0{A30}»"', 'pagerduty_key=«{x32}»', '"integration_key":"«{x32}»"'],
  ['opsgenie', 'Authorization: GenieKey «{u}»'],
  ['rollbar', 'ROLLBAR_ACCESS_TOKEN=«{x32}»', 'X-Rollbar-Access-Token: «{x32}»'],
  ['bugsnag', 'Bugsnag-Api-Key: «{x32}»'],
  ['launchdarkly', 'sdk-{u}', 'api-{u}', 'mob-{u}'],
  ['segment', 'SEGMENT_WRITE_KEY=«{a32}»', 'sgp_{a64}'],
  ['posthog', 'phx_{a43}', 'phs_{a43}'],
  ['slack', 'xoxb-{d12}-{d13}-{a24}', 'xoxp-{d12}-{d12}-{d12}-{x32}', 'xapp-1-A{A10}-{d13}-{x64}', 'xoxe.xoxp-1-{b160}', 'https://hooks.slack.com/services/«T{A10}/B{A10}/{a24}»', 'https://hooks.slack.com/workflows/«T{A10}/A{A10}/{d18}/{a24}»', 'xoxd-{b120}%3D', 'https://hooks.slack-gov.com/services/T{A10}/B{A10}/«{a24}»'],
  ['discord', 'https://discord.com/api/webhooks/{d19}/«{w68}»', 'https://canary.discord.com/api/webhooks/{d19}/«{w68}»', 'https://discordapp.com/api/v10/webhooks/{d18}/«{w68}»', 'M{w25}.{w6}.{w38}', 'mfa.{w84}', 'Authorization: Bot «N{w25}.{w6}.{w38}»'],
  ['teams', 'https://acme.webhook.office.com/webhookb2/«{u}@{u}/IncomingWebhook/{x32}/{u}»', 'https://outlook.office.com/webhook/«{u}@{u}/IncomingWebhook/{x32}/{u}»', 'https://prod-11.westeurope.logic.azure.com:443/workflows/{x32}/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=«{w43}»'],
  ['webhook', 'https://hooks.zapier.com/hooks/catch/«{d7}/{l7}»/', 'https://hooks.example.com/hooks/«{a24}»', 'https://hook.eu1.make.com/«{l32}»', 'https://maker.ifttt.com/trigger/door/with/key/«{w22}»', 'https://chat.googleapis.com/v1/spaces/AAAA/messages?key=AIza{w35}&token=«{w43}%3D»', 'https://mattermost.example.com/hooks/«{l26}»', 'https://rocket.example.com/hooks/«{a17}/{a48}»', 'https://ci.example.com/webhook/«{x32}»', 'https://open.feishu.cn/open-apis/bot/v2/hook/«{u}»', 'https://oapi.dingtalk.com/robot/send?access_token=«{x64}»', 'https://webhook.site/«{u}»', 'https://events.pagerduty.com/integration/«{x32}»/enqueue', 'https://api.telegram.org/bot«{d10}:AA{w33}»/sendMessage', 'https://alert.victorops.com/integrations/generic/20131114/alert/«{u}»/team', 'https://hc-ping.com/«{u}»', 'https://n8n.example.com/webhook/«{u}»'],
  ['telegram', '{d10}:AA{w33}', 'TELEGRAM_TOKEN={d9}:«AAE{w32}»'],
  ['notion', 'ntn_{d11}{a35}', 'secret_{a43}'],
  ['linear', 'lin_api_{a40}', 'lin_oauth_{x64}'],
  ['figma', 'figd_{w40}', 'X-Figma-Token: «{d6}-{u}»'],
  ['airtable', 'pat{a14}.{x64}', 'AIRTABLE_API_KEY=«key{a14}»'],
  ['asana', '2/{d16}/{d16}:{x32}', '1/{d16}:{x32}'],
  ['clickup', 'pk_{d8}_{A32}'],
  ['dropbox', 'sl.u.{w200}', 'sl.{w140}'],
  ['zendesk', 'ZENDESK_API_TOKEN=«{a40}»', 'curl -u bob@example.com/token:«{a40}» https://x.zendesk.com/api'],
  ['hubspot', 'pat-na1-{u}', 'hapikey=«{u}»', 'https://api.hubapi.com/contacts?hapikey=«{u}»'],
  ['salesforce', '00D{a12}!{a80}', 'sid=«00D{a12}!AQ{w90}»'],
  ['okta', 'Authorization: SSWS «00{w40}»', 'OKTA_API_TOKEN=«00{w40}»', 'okta.client.token: «00{w40}»', 'sessionToken=«2011{w40}»'],
  ['auth0', 'AUTH0_CLIENT_SECRET=«{w64}»', '"client_secret":"«{w64}»"'],
  ['keycloak', 'KC_BOOTSTRAP_ADMIN_PASSWORD=«{a12}»', 'client_secret=«{a32}»&grant_type=client_credentials', 'KEYCLOAK_IDENTITY=«{jwt}»; Path=/'],
  ['sendgrid', 'SG.{w22}.{w43}'],
  ['mailgun', 'key-{x32}', '{x32}-{x8}-{x8}', 'curl -s --user "api:«{x32}-{x8}-{x8}»" https://api.mailgun.net/v3/x/messages', 'smtp://postmaster%40mg.example.com:«{x32}»@smtp.mailgun.org:587'],
  ['mailchimp', '{x32}-us12', 'md-{w22}', 'MANDRILL_API_KEY=«{w22}»'],
  ['postmark', 'X-Postmark-Server-Token: «{u}»'],
  ['brevo', 'xkeysib-{x64}-{a16}'],
  ['resend', 're_{a8}_{a24}'],
  ['twilio', 'SK{x32}', 'TWILIO_AUTH_TOKEN=«{x32}»', 'curl -u AC{x32}:«{x32}» https://api.twilio.com/2010-04-01/Accounts.json', 'https://AC{x32}:«{x32}»@api.twilio.com/x'],
  ['vonage', 'api_key=x&api_secret=«{a16}»', 'NEXMO_API_SECRET=«{a16}»'],
  ['plivo', 'PLIVO_AUTH_TOKEN=«{a40}»'],
  ['stripe', 'sk_live_{a24}', 'sk_test_51{a97}', 'rk_live_{a24}', 'whsec_{a32}', 'pi_{a24}_secret_{a25}', 'seti_{a24}_secret_{a25}', 'ephkey_{a24}', 'ek_live_{a60}'],
  ['square', 'sq0atp-{w22}', 'sq0csp-{w43}', 'EAAAE{w59}', 'EAAAl{w59}'],
  ['shopify', 'shpat_{x32}', 'shpss_{x32}', 'shpca_{x32}', 'X-Shopify-Access-Token: «{x32}»'],
  ['paypal', 'access_token$production${l16}${x32}', 'PAYPAL_CLIENT_SECRET=«E{w79}»', 'A21AA{w90}'],
  ['adyen', 'AQE{b6}hmfuXNWTK0Qc+{b60}=={b40}-{b60}-{b16}', 'ADYEN_HMAC_KEY=«{X64}»'],
  ['braintree', 'BRAINTREE_PRIVATE_KEY=«{x32}»', 'access_token$sandbox${l16}${x32}'],
  ['razorpay', 'rzp_live_{a14}', 'RAZORPAY_KEY_SECRET=«{a24}»'],
  ['plaid', 'access-sandbox-{u}', 'public-production-{u}', 'PLAID_SECRET=«{x30}»'],
  ['coinbase', 'CB-ACCESS-SIGN: «{x64}»', 'CB-ACCESS-PASSPHRASE: «{l11}»'],
  ['binance', 'X-MBX-APIKEY: «{a64}»', 'https://api.binance.com/api/v3/order?symbol=BTCUSDT&timestamp=1715948096789&signature=«{x64}»'],
  ['openai', 'sk-{a20}T3BlbkFJ{a20}', 'sk-proj-{w74}T3BlbkFJ{w74}', 'sk-svcacct-{w100}', 'sk-admin-{w100}', 'sess-{a40}'],
  ['anthropic', 'sk-ant-api03-{w93}AA', 'sk-ant-admin01-{w93}AA', 'sk-ant-oat01-{w93}AA', 'x-api-key: «sk-ant-api03-{w93}AA»'],
  ['google ai', 'x-goog-api-key: «AIza{w35}»', 'https://generativelanguage.googleapis.com/v1/models?key=«AIza{w35}»'],
  ['huggingface', 'hf_{a34}', 'api_org_{a34}'],
  ['cohere', 'COHERE_API_KEY=«{a40}»', 'CO_API_KEY=«{a40}»'],
  ['mistral', 'MISTRAL_API_KEY=«{a32}»'],
  ['groq', 'gsk_{a52}'],
  ['xai', 'xai-{a80}'],
  ['perplexity', 'pplx-{a48}'],
  ['replicate', 'r8_{a37}'],
  ['openrouter', 'sk-or-v1-{x64}'],
  ['deepseek', 'sk-{x32}'],
  ['elevenlabs', 'sk_{x48}', 'xi-api-key: «{x32}»'],
  ['pinecone', 'pcsk_{a5}_{a64}'],
  ['wandb', 'WANDB_API_KEY=«{x40}»'],
  ['langfuse', 'sk-lf-{u}'],
  ['facebook', 'EAAG{a150}', 'EAACEdEose0cBA{a100}', '{d15}|{w27}', 'fb_exchange_token=«EAAB{a120}»'],
  ['twitter', 'AAAAAAAAAAAAAAAAAAAAA{a20}%3D{a50}', 'TWITTER_ACCESS_TOKEN_SECRET=«{a45}»', 'OAuth oauth_consumer_key="{a25}", oauth_nonce="{a42}", oauth_signature="«{a26}%3D»", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1318622958", oauth_token="{d18}-{a31}", oauth_version="1.0"'],
  ['linkedin', 'LINKEDIN_CLIENT_SECRET=«WPL_AP1.{a16}.{b8}»'],
  ['spotify', 'SPOTIFY_CLIENT_SECRET=«{x32}»'],
  ['tailscale', 'tskey-auth-{a11}CNTRL-{a32}', 'tskey-api-{a11}CNTRL-{a32}'],
  ['wireguard', '[Interface]\nPrivateKey = «{b42}0=»\nAddress = 10.0.0.2/32', 'PresharedKey = «{b42}E=»'],
  ['age', 'AGE-SECRET-KEY-1{A58}'],
  ['private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA«{b48}»\n{b64}\n-----END RSA PRIVATE KEY-----', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA«{b48}»\n{b64}\n-----END OPENSSH PRIVATE KEY-----', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\nlQOYBF«{b58}»\n{b64}\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----', '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEI«{b50}»\n-----END EC PRIVATE KEY-----', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIFHDBO«{b50}»\n-----END ENCRYPTED PRIVATE KEY-----', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 1\nAAAA{b40}\nPrivate-Lines: 1\n«{b48}»\nPrivate-MAC: {x64}', '{"kty":"EC","crv":"P-256","x":"{w43}","y":"{w43}","d":"«{w43}»"}', '{"kty":"oct","k":"«{w43}»","alg":"HS256"}', '{"kty":"RSA","n":"{w60}","e":"AQAB","d":"{w60}","p":"«{w43}»"}', '-----BEGIN PRIVATE KEY-----\\nMIIEvQ«{b60}»\\n-----END PRIVATE KEY-----\\n', 'client-key-data: «LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQp{b100}=»', 'PRIVATE-KEY:«{b64}»'],
  ['kubeconfig', 'users:\n- name: admin\n  user:\n    client-certificate-data: {b40}\n    client-key-data: «{b100}=»', 'users:\n- name: admin\n  user:\n    token: «{jwt}»', 'kubectl create secret generic db --from-literal=password=«{a12}»', 'kubectl --token=«{a40}» get pods'],
  ['kubernetes secret', 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  url: «{b24}»\n', '{"apiVersion":"v1","kind":"Secret","data":{"url":"«{b24}»"}}', 'K10{x64}::server:«{x32}»', 'kubeadm join 10.0.0.1:6443 --token «{l6}.{l16}» --discovery-token-ca-cert-hash sha256:{x64}'],
  ['pgpass', 'db.example.com:5432:shop:app:«{a16}»', '*:5432:*:postgres:«{a12}!»', 'PGPASSWORD=«{a10}» psql -h db -U app', "psql 'host=db user=app password=«{a10}» dbname=shop'"],
  ['netrc', 'machine github.com login bob password «{a16}»', 'machine ftp.example.com\nlogin bob\npassword «{a10}»', 'default login anonymous password «{a9}{d1}»'],
  ['connection string', 'postgres://app:«{a14}»@db:5432/shop', 'mysql://root:«{a8}#1»@127.0.0.1:3306/x', 'redis://:«{a20}»@redis:6379/0', 'amqps://user:«{a20}»@rabbit:5671/vhost', 'jdbc:mysql://db:3306/shop?user=app&password=«{a10}»', 'jdbc:oracle:thin:app/«{a8}»@//db:1521/XE', 'Data Source=db;Initial Catalog=x;User Id=sa;Pwd=«{a10}»;', 'Driver={ODBC Driver 18};Server=db;UID=sa;PWD={«{a10}»};', 'app/«{a10}1»@//db:1521/ORCL', 'ldap://cn=admin,dc=x:«{a10}»@ldap:389', 'ftp://bob:«{a9}»@ftp.example.com/x', 'mssql+pyodbc://sa:«{a10}»@db/x', 'nats://«{a32}»@nats:4222', 'kafka sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="app" password="«{a12}»";', 'sftp://deploy:«{a12}%21»@host/up', 'clickhouse://default:«{a10}»@ch:9000/x', 'http://bob:«{a10}»@proxy:3128', 'smtp://bob:«{a12}»@smtp.example.com:587', 'imaps://bob%40example.com:«{a12}»@imap.example.com'],
  ['authorization header', 'Authorization: Basic «{basic}»', 'authorization: Bearer «{a40}»', 'Authorization: Bearer «{jwt}»', 'Proxy-Authorization: Basic «{basic}»', 'Authorization: Token «{x40}»', 'Authorization: Digest username="bob", realm="x", nonce="{x32}", uri="/", response="«{x32}»"', 'Authorization: AWS4-HMAC-SHA256 Credential=AKIA{A16}/20240517/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=«{x64}»', 'Authorization: Negotiate «YII{b120}=»', 'Authorization: NTLM «TlRMTVNTUAAD{b120}==»', 'Authorization: HMAC-SHA256 Credential=x&SignedHeaders=y&Signature=«{b43}=»', 'X-Auth-Token: «gAAAAAB{w170}»', 'Authorization: «{a40}»', 'Authorization=Bearer%20«{a40}»', 'authorization: GoogleLogin auth=«{w60}»', 'Authorization: Hawk id="x", ts="1353832234", nonce="j4h3g2", mac="«{b43}=»"', 'headers={"Authorization": f"Bearer «{a40}»"}', "curl -H 'Authorization: Bearer «{a40}»' https://x", 'wget --header="Authorization: token «{x40}»" https://x', 'http POST x Authorization:"Bearer «{a40}»"', '(Authorization,Bearer «{a40}»)', 'Authorization → Bearer «{a40}»', 'DPoP «{jwt}»'],
  ['jwt', '{jwt}', 'id_token={jwt}', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.', 'token {jwt} rejected', '/callback#id_token=«{jwt}»&state=x', 'v2.local.{w120}', 'v4.public.{w150}', 'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.{w80}.{w16}.{w60}.{w22}'],
  ['session', 'user 7 signed in, session=«{x32}»', 'session: «{x32}» expired', 'session «{a32}» not found', 'JSESSIONID=«{X32}»', 'PHPSESSID=«{l26}»', '/cart;jsessionid=«{X32}?x=1»'.replace('?x=1»', '»?x=1'), 'ASP.NET_SessionId=«{l24}»', 'connect.sid=«s%3A{w32}.{b43}»', 'sid=«{w32}» expired', 'sessionId="«{a32}»"', 'invalid session id «{x32}»', '{"session":"«{a40}»"}', 'laravel_session=«eyJpdiI6{b150}%3D»', 'sessionid=«{l32}»; csrftoken={a64}', 'user=7 session=«{u}»', 'session_token «{x64}» revoked', 'sess:«{w32}»', 'SESSION=«{b48}»', 'next-auth.session-token=«{u}»', '__Secure-next-auth.session-token=«{w200}»', 'wordpress_logged_in_{x32}=«bob%7C1715948096%7C{a43}%7C{x64}»'],
  ['cookie', 'Cookie: sid=«{x32}»; theme=dark', 'Set-Cookie: auth=«{w40}»; Path=/; HttpOnly', 'cookie: _ga=GA1.2.{d9}.{d10}; token=«{w40}»', '"cookie":"a=«{w20}»; b=2"', 'cookies: {\'session\': \'«{w40}»\'}', "-b 'session=«{w40}»'", 'curl --cookie "id=«{a24}»" https://x', '.AspNetCore.Cookies=«CfDJ8{w150}»'],
  ['oauth', 'https://app.example.com/cb?code=«{w43}»&state={a16}', 'https://app.example.com/cb?code=«4/0Ad{w70}»&scope=email', 'code={w43}&state=«{a24}»', 'grant_type=refresh_token&refresh_token=«{w64}»&client_id=x', 'refresh_token: «1//0{w90}»', '{"access_token":"«{w40}»","token_type":"Bearer","expires_in":3600}', '{"refresh_token":"«{x40}»"}', '#access_token=«{w40}»&token_type=bearer', 'grant_type=password&username=bob&password=«{a10}»', 'code_verifier=«{w64}»', 'client_assertion=«{jwt}»', 'device_code=«{a40}»', 'grant_type=authorization_code&code=«SplxlOBeZQQYbYS6WxSbIA{a4}»'],
  ['saml', 'SAMLResponse=«PHNhbWxwOlJlc3BvbnNlIHhtbG5z{b400}»', 'SAMLResponse=«PHNhbWxwOlJlc3BvbnNl{a60}%2B{a60}%3D%3D»&RelayState=x', '<input type="hidden" name="SAMLResponse" value="«PHNhbWxwOl{b200}=»"/>', 'SAMLart=«AAQAAMFb{b60}»', 'wresult=%3Ct%3ARequestSecurityTokenResponse&wctx=x SAMLRequest=«fZJdT{b200}»', '<ds:SignatureValue>«{b120}=»</ds:SignatureValue>'],
  ['one-time code', 'otp=«{d6}»', 'Your verification code is «{d6}»', 'verification code: «{d6}»', '"otp":"«{d6}»"', 'OTP «{d6}» sent to user', 'Use «{d6}» as your verification code', 'your one-time password is «{d6}»', 'pin=«{d4}»', '"cvv":"«{d3}»"', 'cvc: «{d3}»', '{"cvv2":"«{d3}»","exp":"12/27"}', 'totp_secret=«{Z4}{A28}»', 'otpauth://totp/Acme:bob?secret=«JBSWY3DPEHPK3PXP{Z8}»&issuer=Acme', 'mfa_code=«{d6}»', 'sms code «{d6}»', '2FA code: «{d6}»', 'G-«{d6}» is your Google verification code', 'security code = «{d3}»', 'backup code: «{l4}-{l4}»', 'recovery_code=«{l5}-{l5}»', 'passcode: «{d6}»', 'PIN: «{d4}»', '"pin": «{d4}»'],
  ['link token', 'https://shop.example/reset-password/«{x40}»', 'https://shop.example/invite/«{a22}»', 'https://shop.example/verify/«{w43}»', 'https://shop.example/unsubscribe/«{x32}»', 'GET /account/confirm/«{a32}»', '/magic-link/«{w40}»?next=/', '/password/reset/«{x64}»?email=x', '/users/password/edit?reset_password_token=«{w20}»', '/auth/verify-email/«{u}»', '/activate/«{x40}»', '/login/token/«{w40}»', '/share/«{w32}»', 'https://zoom.us/j/123456789?pwd=«{a32}»', '/email/verify/17/«{x40}»?expires=1715948096&signature={x64}', '/password-reset/«MTc/c1a2b3-{x32}»', '/accept-invitation?invitation_token=«{w20}»', 'https://app.example.com/login?magic=«{w43}»', 'https://example.com/unsubscribe?u=7&token=«{x32}»', '/oauth/authorize/«{w43}»'],
  ['password', 'password=«{a10}»', 'password: «hunter2{d2}»', '"password":"«correct horse {a6}»"', "password => '«{a8}!»'", 'Login failed for bob with password «{a9}{d1}»', "invalid password '«{a10}»' for user bob", 'The password is «{a10}».', 'pwd=«{a10}»', 'passwd «{a10}»', '--password «{a10}»', '--password=«{a10}»', '<password>«{a10}»</password>', 'user=bob&pass=«{a8}»', '{"user":"bob","pw":"«{a10}!»"}', 'new_password=«{a10}»&confirm={a10}', 'DB_PASS=«{a10}»', 'spring.datasource.password=«{a10}»', "ALTER USER bob WITH PASSWORD '«{a10}»'", "CREATE USER bob IDENTIFIED BY '«{a10}»'", "IDENTIFIED BY \"«{a10}»\"", 'net user bob «{a10}!1» /add', "sshpass -p '«{a10}»' ssh bob@host", 'mysql -u root -p«{a10}» shop', 'redis-cli -a «{a16}» ping', 'AUTH «{a20}»', 'AUTH default «{a20}»', 'unzip -P «{a10}» x.zip', 'openssl enc -aes-256-cbc -k «{a12}» -in x', 'useradd -p «{a10}» bob', 'Mot de passe : «{a10}»', 'contraseña: «{a10}»', 'Passwort: «{a10}»', 'пароль: «{a10}»', '密码：«{a10}»', 'パスワード: «{a10}»', 'senha=«{a10}»', 'user bob / pass «{a10}»', 'credentials: bob:«{a12}»', 'login bob:«{a10}!» failed', 'sudo_pass: «{a10}»', 'keystore.password = «{a10}»', 'storepass «{a10}»', '-Djavax.net.ssl.keyStorePassword=«{a10}»', 'secret «{a24}» is wrong', 'app.secret=«{a32}»', 'smb: \\\\host\\share /user:bob «{a10}1»', 'SET PASSWORD = \'«{a10}»\'', 'PWD=«{a10}!»;', 'PASS «{a10}»', 'USER bob\r\nPASS «{a10}»', 'a001 LOGIN bob «{a10}»', 'a1 LOGIN "bob" "«{a10}»"', 'AUTH PLAIN «AGJvYgBz{b16}=»', 'AUTH LOGIN «{basic}»', 'Username: bob Password: «{a10}»', 'root:«$6${a16}${a86}»:19000:0:99999:7:::', '$2b$12${a53}', '$argon2id$v=19$m=65536,t=3,p=4${b22}${b43}', 'pbkdf2_sha256$600000${a22}${b43}=', '{SSHA}{b32}', 'scrypt:32768:8:1${a16}${x128}', 'bob:$apr1${a8}${a22}', 'md5{x32}'.replace('md5{x32}', "ALTER ROLE x PASSWORD '«md5{x32}»'"), 'NT hash: «{x32}»', 'bob::DOMAIN:{x16}:«{x32}»:{x60}'],
  ['api key', 'api_key=«{x32}»', 'X-API-Key: «{a32}»', '"apiKey": "«{w40}»"', 'apikey «{a32}»', 'API key «{a32}» is invalid', 'Invalid API key: «{a32}»', 'Incorrect API key provided: «sk-{a48}»', '?api-key=«{u}»', 'client_secret=«{w40}»', 'ENCRYPTION_KEY=«{b43}=»', 'SECRET_KEY_BASE=«{x128}»', "SECRET_KEY = 'django-insecure-«{a50}»'", 'APP_KEY=base64:«{b43}=»', 'license_key=«{A5}-{A5}-{A5}-{A5}-{A5}»', 'License key: «{A4}-{A4}-{A4}-{A4}»', 'LICENSE=«{b80}==»', 'X-CSRF-Token: «{b86}==»', 'authenticity_token=«{b86}%3D%3D»', '__RequestVerificationToken=«{w100}»', 'appid={x32}&appkey=«{x32}»', 'access_key: «{a20}», secret_key: {a40}', 'hmac_key=«{x64}»', 'signing_secret: «{x32}»', 'webhook_secret="«{a32}»"', 'jwt_secret=«{a32}»', 'x-api-key=«{a40}»', 'key=«{a32}»', 'private_token=«{a20}»', 'auth_token=«{x40}»', 'consumer_secret: «{a50}»', 'token=«{a24}»', 'Token: «{u}»', 'access-token «{w43}»', 'bot_token=«{a40}»', 'master key «{b43}=»', 'RAILS_MASTER_KEY=«{x32}»', 'VAPID_PRIVATE_KEY=«{w43}»', 'NEXTAUTH_SECRET=«{b43}=»', 'Session ticket: «{x64}»', 'Master-Key: «{X96}»', 'CLIENT_RANDOM {x64} «{x96}»', 'nonce="«{w22}»"'.replace('nonce=', 'api_nonce_key='), 'seed phrase: «abandon ability able about above absent absorb abstract absurd abuse access accident»', 'mnemonic="«legal winner thank year wave sausage worth useful legal winner thank yellow»"', 'xprv9s21ZrQH143K{a96}'.replaceAll('{a96}', 'abcdefghijkmnopqrstuvwxyz123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789ABCDEF'), '5K{n6}wif'.replace('5K{n6}wif', 'wallet private key «{x64}»')],
  // Personal data
  ['email', 'jane.doe+news@example.com', 'mailto:«jane.doe@example.co.uk»?subject=x', 'user=«jane_doe@mail.example.org»', 'RCPT TO:<«jane@example.net»>', 'MAIL FROM:<«o\'brien@example.ie»>', '«"jane doe"@example.com»', '«jürgen@müller.de»', '«用户@例子.公司»', 'jane.doe%40example.com'.replace('jane.doe%40example.com', 'email=«jane.doe%40example.com»'), 'Jane Doe <«jane.doe@example.com»>', '(«jane@example.com»)', '"email":"«JANE@EXAMPLE.COM»"', 'to:«jane-doe@sub.example.museum»', "'«jane@example.com»'", 'jane@example.com,«joe@example.com»;x', 'bob: «a@b.io» not found', 'user:«jane.doe@xn--mller-kva.de»', '550 5.1.1 <«jane@example.com»>: Recipient address rejected', 'sip:«jane@example.com»:5060', 'cn=«jane@example.com»,ou=x', '/users/«jane@example.com»/orders', 'cache:user:«jane@example.com»:profile', 'jane@example.com'],
  ['card', '{card 4}', '{card 51}', '{card 2221}', '{card 34 15}', '{card 37 15}', '{card 6011}', '{card 36 14}', '{card 3528}', '{card 62}', '{card 2200}', '{card 9792}', '"number":«{card 4}»', '"cardNumber":"«{card 55}»"', 'card «{card 4}» declined', 'pan={card 4}'.replace('{card 4}', '«{card 4}»'), 'PAN: «{card 6011}»', '«{card 4}»=27121010000012300', '%B«{card 4}»^DOE/JANE^27121010000?'],
  ['iban', '{iban DE n18}', '{iban FR n10c11n2}', '{iban GB a4n14}', '{iban NL a4n10}', '{iban ES n20}', '{iban IT a1n10c12}', '{iban CH n5c12}', '{iban AT n16}', '{iban BE n12}', '{iban PL n24}', '{iban SE n20}', '{iban NO n11}', '{iban DK n14}', '{iban FI n14}', '{iban IE a4n14}', '{iban PT n21}', '{iban LU n3c13}', '{iban CZ n20}', '{iban SK n20}', '{iban HU n24}', '{iban RO a4c16}', '{iban BG a4n6c8}', '{iban HR n17}', '{iban SI n15}', '{iban GR n7c16}', '{iban CY n8c16}', '{iban MT a4n5c18}', '{iban EE n16}', '{iban LV a4c13}', '{iban LT n16}', '{iban IS n22}', '{iban LI n5c12}', '{iban MC n10c11n2}', '{iban SM a1n10c12}', '{iban TR n6c16}', '{iban SA n2c18}', '{iban AE n19}', '{iban IL n19}', '{iban UA n6c19}', '{iban KZ n3c13}', '{iban QA a4c21}', '{iban BR n23a1c1}', '{iban PK a4c16}', '{iban GE a2n16}'],
  ['phone', '+49 151 {n8}', '+1-415-555-{d4}', '+44 20 7946 0{d3}', '+33 6 12 34 {d2} {d2}', '+81 90-{n4}-{d4}', '+919{d9}', '+86 138 {d4} {d4}', '+61 4{d2} {d3} {d3}', '+55 11 9{d4}-{d4}', '+7 916 {d3}-{d2}-{d2}', '(415) 555-{d4}', 'tel:«+1-202-555-{d4}»', 'phone: «020 7946 0{d3}»', 'Tel. «030/{n7}»', 'phone=«0151{n8}»', 'call «415-555-{d4}» now', '"phone":"«415.555.{d4}»"', 'téléphone : «06 12 34 {d2} {d2}»', 'mobile «07700 900{d3}»', 'tel «03-{n4}-{d4}»', 'phone «(11) 9{d4}-{d4}»', 'móvil: «6{d2} {d3} {d3}»', 'Handy «0171 {n7}»', 'phone: «138{d8}»', 'mobile: «9{d9}»', 'msisdn=«4915{d9}»', 'SMS sent to «+4915{d9}»', 'WhatsApp «+39 3{d2} {d7}»', '"mobile_number": "«0{d9}»"', 'fax: «+41 44 {d3} {d2} {d2}»', 'Telefon: «08-{n3} {d2} {d2}»'],
  ['national id', 'ssn=«219-09-{n4}»', 'SSN «219 09 {n4}»', 'SSN: «21909{n4}»', '219-09-{n4}', 'passport number «C0{n7}»', 'passport: «{Z2}{n7}»', "driver's license «D{n7}»", 'driver_license=«{Z1}{n12}»', 'NHS number «943 476 5919»', 'nhs_number: «9434765919»', 'medicare «1EG4-TE5-MK73»', 'medicare_number=«2123456701»', 'PESEL «44051401359»', 'DNI «12345678Z»', 'NIE «X1234567L»', 'codice fiscale «RSSMRA85T10A562S»', 'CPF «529.982.247-25»', '529.982.247-25', 'CNPJ «11.222.333/0001-81»', 'Aadhaar «2341 2341 2346»', 'PAN card «ABCPE1234F»', 'BSN «111222333»', 'steuer-id «86095742719»', 'NINO «AB123456C»', 'AB 12 34 56 C', 'personnummer «811228-9874»', 'HETU «131052-308T»', 'TFN «123 456 782»', 'SIN «046 454 286»', 'tax_id=«12-{n7}»', 'EIN «12-3456{n3}»', 'VAT number «DE{n9}»', 'RRN «900101-1234568»', 'resident id «11010519491231002X»', 'national id: «{n10}»', '"ssn":"«219099999»"', '"national_id":"«{n9}»"', 'CURP «HEGG560427MVZRRL04»', 'RFC «GODE561231GR8»', 'RUT «12.345.678-5»', 'PPS «1234567FA»', 'PPSN: «1234567FA»', 'NIF «501964843»', 'numéro de sécurité sociale «2 55 08 14 168 025 38»', 'OIB «94577403194»', 'CNP «1800101221144»', 'EGN «7523169263»', 'rodné číslo «780123/3540»', 'AMKA «01013099997»', 'NRIC «S1234567D»', 'HKID «A123456(3)»', 'CUIT «20-12345678-6»', 'ABN {n9}'.replace('ABN {n9}', 'passport no. «{n9}»')],
  ['coordinates', '{"lat":«51.{d7}»,"lng":7.{d7}}', '{"lat":51.{d7},"lng":«7.{d7}»}', 'POINT(«7.{d6} 51.{d6}»)', 'lat=«52.{d6}»&lon=13.{d6}', 'latitude: «-33.{d5}»', '{"type":"Point","coordinates":[«13.{d6},52.{d6}»]}', 'geo:«48.{d4},16.{d4}»;u=35', 'gps 52.{d4}, «13.{d4}»'],
  ['person', '{"id":7,"first_name":"«Zk{l6}»"}', '{"customer":{"lastName":"«Zk{l7}»","n":1}}', 'page=2&surname=«Zk{l6}»&x=1', '{"date_of_birth":"«19{d2}-04-1{n1}»"}', '"street": "«Zk{l6} Road {d2}»"', 'https://shop.example/u?birthdate=«1975-0{n1}-1{n1}»', '{"shipping_address":"«{d2} Zk{l6} St, Springfield»"}'],
  ['client address', 'X-Forwarded-For: «203.0.113.{n2}»', 'client_ip=«203.0.113.1{d1}»', 'remote_addr: «198.51.100.{n2}»', '"clientIp":"«2001:db8:85a3:8d3:1319:8a2e:370:7348»"', 'client: «198.51.100.{n2}», server: shop', 'request from «203.0.113.{n2}» blocked'.replace('request from', 'client ip'), 'Forwarded: for=«198.51.100.{n2}»;proto=https'],
];
