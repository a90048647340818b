/**
 * Well-known credentials by how they begin, as published by the services or by the scanning programmes of code hosts. Data only:
 * the byte pass looks for the prefixes (`words.ts`), `recognizers/known-tokens.ts` checks how they go on. To add one, add a row.
 */

export interface KnownToken {
  /** Detail of the recognizer's id: `credential.<id>`. */
  readonly id: string;
  /** Exact beginning, case matters. */
  readonly prefix: string;
  /** How it goes on: source of a regular expression, bounded, tried right behind the prefix. */
  readonly tail: string;
  /** How many characters belong to the credential before the prefix, as a source; for marks inside a token (`…Q~…`). */
  readonly before?: string;
  /** The whole must look random as well, because the prefix is also an ordinary word. */
  readonly random?: true;
}

const W = '[A-Za-z0-9_-]'; // base64url
const A = '[A-Za-z0-9]';
const X = '[0-9a-fA-F]';
const B = '[A-Za-z0-9+/]';
const UUID = `${X}{8}-${X}{4}-${X}{4}-${X}{4}-${X}{12}`;

/** id, prefixes, tail. */
const ROWS: readonly (readonly [string, string, string])[] = [
  // Code hosts, package registries, continuous integration
  ['github', 'ghp_ gho_ ghu_ ghs_ ghr_', `${W}{30,255}`],
  ['github', 'github_pat_', `${W}{22,255}`],
  ['gitlab', 'glpat- gldt- glft- glrt- glrtr- glptt- glsoat- glimt- glagent- glcbt- glffct- glwt- gloas-', `[A-Za-z0-9_=.-]{16,320}`],
  ['gitlab', 'GR1348941', `${W}{20,64}`],
  ['bitbucket', 'ATBB', `${A}{28,64}`],
  ['atlassian', 'ATOA', `${A}{36,60}(?![A-Za-z0-9])`],
  ['atlassian', 'ATATT3 ATCTT3 ATOTT3 ATSTT3', `[A-Za-z0-9_=-]{50,300}`],
  ['trello', 'ATTA', `${X}{60,80}`],
  ['npm', 'npm_', `${A}{30,64}`],
  ['pypi', 'pypi-AgE pypi-AgEN', `${W}{40,1000}`],
  ['rubygems', 'rubygems_', `${X}{40,64}`],
  ['clojars', 'CLOJARS_', `${A}{50,80}`],
  ['crates', 'cio', `${A}{32}`],
  ['nuget', 'oy2', '[a-z0-9]{43}'],
  ['docker', 'dckr_pat_ dckr_oat_', `${W}{20,64}`],
  ['docker-swarm', 'SWMTKN-1-', '[a-z0-9]{40,64}-[a-z0-9]{20,32}'],
  ['artifactory', 'AKCp', `${A}{60,100}`],
  ['artifactory', 'cmVmdGtu', `${A}{50,80}`],
  ['circleci', 'CCIPAT_ CCIPRJ_', `[A-Za-z0-9_]{20,120}`],
  ['buildkite', 'bkua_ bkpi_ bkct_ bkaj_', `${A}{32,64}`],
  ['sonar', 'squ_ sqp_ sqa_', `${X}{40}`],
  ['snyk', 'snyk_uat. snyk_sat.', `[A-Za-z0-9_.-]{40,400}`],
  ['sourcegraph', 'sgp_ slk_', `[A-Za-z0-9_]{40,100}`],
  ['jfrog', 'AKCP', `${A}{60,100}`],
  ['pulumi', 'pul-', `${X}{40}`],
  ['terraform', '.atlasv1.', `[A-Za-z0-9_=-]{40,100}`],
  ['infracost', 'ico-', `${A}{30,40}`],
  ['octopus', 'API-', '[A-Z0-9]{25,27}(?![A-Za-z0-9])'],
  ['readme', 'rdme_', '[a-z0-9]{60,80}'],
  ['expo', 'EXPO_', `${W}{40}`],
  // Clouds and hosting
  ['aws', 'AKIA ASIA ABIA ACCA', '[A-Z0-9]{16}(?![A-Za-z0-9])'],
  ['aws', 'ABSK', `${B}{30,400}={0,2}`],
  ['aws', 'bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t', `${B}{0,2000}={0,2}`],
  ['aws', 'IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz', `[A-Za-z0-9+/=%]{60,4096}`],
  ['aws', 'amzn.mws.', UUID],
  ['amazon', 'amzn1.oa2-cs.v1. Atza| Atzr|', `[A-Za-z0-9_|-]{30,2000}`],
  ['gcp', 'AIza', `${W}{35}(?!${W})`],
  ['gcp', 'ya29.', `${W}{30,2048}`],
  ['gcp', 'GOCSPX-', `${W}{24,40}`],
  ['gcp', '1//0', `${W}{30,512}`],
  ['gcp', 'AQ.Ab8', `${W}{30,200}`],
  ['gcp-service-account', 'GOOG1', '[A-Z0-9]{40,70}'],
  ['azure', 'Q~', `[A-Za-z0-9_~.-]{30,36}`],
  ['azure', 'JQQJ99', `${A}{12,32}`],
  ['alibaba', 'LTAI', `${A}{12,40}(?![A-Za-z0-9])`],
  ['tencent', 'AKID', `${A}{32}(?![A-Za-z0-9])`],
  ['volcengine', 'AKLT', `${W}{30,64}`],
  ['yandex', 'AQVN', `${W}{33,40}`],
  ['yandex', 'YCAJE', `${W}{20}(?!${W})`],
  ['yandex', 'YCM YCN YCO YCP', `${W}{30,40}`],
  ['yandex', 't1.9eu', `${W}{20,400}={0,2}(?:\\.${W}{60,120}={0,2})?`],
  ['yandex', 'y0_ y1_', `${W}{40,70}`],
  ['digitalocean', 'dop_v1_ doo_v1_ dor_v1_', `${X}{60,68}`],
  ['heroku', 'HRKU-', `${W}{20,80}`],
  ['netlify', 'nfp_ nfc_ nfo_ nfu_ nfb_', `${W}{32,64}`],
  ['vercel', 'vercel_blob_rw_ vcp_ vci_ vca_ vcr_ vck_', `${W}{20,100}`],
  ['flyio', 'fo1_ fm1a_ fm1r_ fm2_', `[A-Za-z0-9_+/,=-]{40,2000}`],
  ['render', 'rnd_', `${A}{28,40}`],
  ['supabase', 'sbp_ sb_secret_', `${W}{20,80}`],
  ['neon', 'napi_', `${A}{40,80}`],
  ['planetscale', 'pscale_tkn_ pscale_pw_ pscale_oauth_', `[A-Za-z0-9_.=-]{30,64}`],
  ['mongodb-atlas', 'mdb_sa_sk_', `${W}{30,60}`],
  ['cloudflare', 'v1.0-', `${X}{24}-${X}{140,150}`],
  ['cloudflare', 'cfut_ cfat_ cfk_', `${W}{32,80}`],
  ['clickhouse', '4b1d', `${A}{38}(?![A-Za-z0-9])`],
  ['databricks', 'dapi dkea dose', `${X}{32}(?:-\\d)?`],
  ['scalingo', 'tk-us-', `${W}{40,56}`],
  ['openshift', 'sha256~', `${W}{40,46}`],
  ['tailscale', 'tskey-', `[A-Za-z0-9-]{16,100}`],
  ['hashicorp-vault', 'hvs. hvb. hvr.', `${W}{20,400}`],
  ['doppler', 'dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', `(?:[a-z0-9_-]{1,40}\\.)?${A}{30,64}`],
  ['onepassword', 'ops_eyJ', `${B}{100,2000}={0,2}`],
  ['onepassword', 'A3-', `[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}`],
  ['age', 'AGE-SECRET-KEY-', `[A-Za-z0-9]{40,70}`],
  ['authress', 'sc_ ext_ scauth_ authress_', `[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}`],
  ['harness', 'pat. sat.', `${W}{20,24}\\.${A}{24}\\.${A}{20}`],
  ['prefect', 'pnu_ pnb_', '[A-Za-z0-9]{32,44}'],
  ['dynatrace', 'dt0c01. dt0s01. dt0s02. dt0s03. dt0s06. dt0s08. dt0s16.', '[A-Za-z0-9]{8,32}\\.[A-Za-z0-9]{40,80}'],
  ['grafana', 'glc_ glsa_', `[A-Za-z0-9+/_]{32,400}={0,3}`],
  ['grafana', 'eyJrIjoi', `${B}{40,400}={0,3}`],
  ['datadog', 'ddapp_ ddpat_', `${A}{30,60}`],
  ['elastic', 'essu_', `${B}{30,200}={0,2}`],
  ['newrelic', 'NRAK- NRJS- NRIQ- NRII- NRRA- NRSP- NRAA- NRBR-', `${W}{16,64}`],
  ['sentry', 'sntrys_ sntryu_ sntrya_ sntryi_', `[A-Za-z0-9+/=_-]{40,400}`],
  ['honeycomb', 'hcaik_ hcbik_ hcxik_ hcalk_ hcamk_ hccik_', `${A}{40,70}`],
  ['axiom', 'xaat- xapt-', UUID],
  ['posthog', 'phx_ phs_', `${A}{30,60}`],
  ['launchdarkly', 'sdk- mob- api-', UUID],
  ['zuplo', 'zpka_', `${A}{20,80}`],
  // Messaging and collaboration
  ['slack', 'xoxb- xoxp- xoxa- xoxr- xoxs- xoxo- xoxc- xoxd- xoxe- xoxe.xoxp- xoxe.xoxb- xapp- xwfp-', `[A-Za-z0-9%-]{16,400}`],
  ['slack', 'xoxd-', `[A-Za-z0-9%+/=-]{40,400}`],
  ['slack', 'xoxe.xoxp- xoxe.xoxb- xoxe-', `[A-Za-z0-9%+/=-]{40,400}`],
  ['slack', 'hooks.slack.com/services/ hooks.slack.com/workflows/ hooks.slack.com/triggers/', `[A-Za-z0-9+/_-]{20,120}`],
  ['discord', 'discord.com/api/webhooks/ discordapp.com/api/webhooks/', `\\d{15,22}/${W}{40,100}`],
  ['teams', '.webhook.office.com/webhookb2/', `[A-Za-z0-9@/_-]{60,300}`],
  ['discord', 'mfa.', `${W}{80,90}(?!${W})`],
  ['telegram', 'api.telegram.org/bot', `\\d{5,16}:${W}{30,40}`],
  ['zapier', 'hooks.zapier.com/hooks/catch/', '[A-Za-z0-9/]{8,60}'],
  ['notion', 'ntn_', `\\d{9,12}${A}{32,40}(?![A-Za-z0-9])`],
  ['notion', 'secret_', `${A}{43}(?![A-Za-z0-9])`],
  ['linear', 'lin_api_ lin_oauth_', `${A}{32,64}`],
  ['figma', 'figd_ figo_ figu_', `${W}{36,60}`],
  ['airtable', 'pat', `${A}{14}\\.${X}{64}`],
  ['asana', '2/ 1/', `\\d{15,18}(?:/\\d{15,18})?:${X}{32}`],
  ['clickup', 'pk_', '\\d{5,12}_[A-Z0-9]{32}'],
  ['typeform', 'tfp_', `[A-Za-z0-9_.=-]{44,80}`],
  ['contentful', 'CFPAT-', `${W}{40,48}`],
  ['postman', 'PMAK- PMAT-', `[A-Za-z0-9-]{26,70}`],
  ['dropbox', 'sl.', `[A-Za-z0-9_=-]{120,1500}`],
  ['dropbox', 'sl.u.', `[A-Za-z0-9_=-]{60,1500}`],
  ['intercom', 'dG9rO', `${B}{40,80}={0,2}`],
  ['hubspot', 'pat-na1- pat-na2- pat-eu1- pat-ap1-', UUID],
  ['intra42', 's-s4t2ud- s-s4t2af-', `${X}{60,68}`],
  ['beamer', 'b_', '[A-Za-z0-9_=-]{44}(?![A-Za-z0-9_=-])'],
  ['settlemint', 'sm_aat_ sm_pat_ sm_sat_', `${A}{12,32}`],
  // Mail, telephony
  ['sendgrid', 'SG.', `[A-Za-z0-9_=.-]{60,72}`],
  ['mailchimp', 'md-', `${W}{22}(?!${W})`],
  ['sendinblue', 'xkeysib- xsmtpsib-', `${X}{60,68}-${A}{12,20}`],
  ['mailgun', 'key- pubkey-', `${X}{32}(?![A-Za-z0-9])`],
  ['resend', 're_', `${A}{8}_${A}{24}(?![A-Za-z0-9])`],
  ['pubnub', 'sec-c-', `[A-Za-z0-9=-]{36,60}`],
  // Payment and trade
  ['stripe', 'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ sk_sbox_', `[A-Za-z0-9_]{10,255}`],
  ['stripe', 'pi_ seti_ cs_live_ cs_test_', `${A}{14,60}_secret_${A}{14,120}`],
  ['stripe', 'ephkey_ ek_live_ ek_test_', `${A}{20,200}`],
  ['stripe', 'whsec_', `[A-Za-z0-9+/=]{20,100}`],
  ['square', 'sq0atp- sq0csp- sq0ats-', `${W}{20,64}`],
  ['square', 'EAAA', `${W}{56,64}(?!${W})`],
  ['shopify', 'shpat_ shpca_ shppa_ shpss_ shptka_', `${X}{30,40}`],
  ['shippo', 'shippo_live_ shippo_test_', `${X}{38,42}`],
  ['easypost', 'EZAK EZTK', `${A}{54}(?![A-Za-z0-9])`],
  ['flutterwave', 'FLWPUBK_TEST- FLWSECK_TEST- FLWSECK- FLWPUBK-', `[A-Za-z0-9]{10,40}(?:-X)?`],
  ['paypal', 'access_token$production$ access_token$sandbox$', `[a-z0-9]{10,20}\\$${X}{32}`],
  ['paypal', 'A21AA', `${W}{80,120}`],
  ['plaid', 'public-sandbox- public-development- public-production- link-production- link-sandbox- access-sandbox- access-development- access-production-', UUID],
  ['duffel', 'duffel_test_ duffel_live_', `[A-Za-z0-9_=-]{40,48}`],
  ['gocardless mollie lob', 'live_ test_', `(?:pub_)?[A-Za-z0-9_=-]{30,44}(?![A-Za-z0-9_=-])`],
  ['xendit', 'xnd_production_ xnd_development_', `${A}{30,80}`],
  ['razorpay', 'rzp_live_ rzp_test_', `${A}{14}`],
  ['coinbase', 'cb_', `${A}{40,80}`],
  ['frameio', 'fio-u-', `${W}{60,70}`],
  ['adobe', 'p8e-', `${A}{24,32}`],
  ['adyen', 'AQE', `[A-Za-z0-9+/=]{6}hmfuXNWTK[A-Za-z0-9+/=.-]{40,300}`],
  ['clerk', 'sk_live_ sk_test_', `${A}{20,80}`],
  ['stytch', 'secret-live- secret-test-', `[A-Za-z0-9_=-]{30,80}`],
  // Artificial intelligence
  ['anthropic', 'sk-ant-', `${W}{20,300}`],
  ['openai', 'sk-proj- sk-svcacct- sk-admin- sk-None-', `${W}{20,300}`],
  ['openai', 'sk-', `${W}{20,300}`],
  ['openai', 'sess-', `${A}{40}(?![A-Za-z0-9_-])`],
  ['elevenlabs', 'sk_', `${X}{48}(?![A-Za-z0-9])`],
  ['openrouter', 'sk-or-', `${W}{30,120}`],
  ['groq', 'gsk_', `${A}{40,64}`],
  ['xai', 'xai-', `${W}{40,120}`],
  ['perplexity', 'pplx-', `${A}{32,64}`],
  ['replicate', 'r8_', `${A}{32,44}`],
  ['huggingface', 'hf_', `${A}{33,38}(?![A-Za-z0-9_])`],
  ['huggingface', 'api_org_', `${A}{30,40}(?![A-Za-z0-9_])`],
  ['nvidia', 'nvapi-', `${W}{50,90}`],
  ['langsmith', 'lsv2_pt_ lsv2_sk_', `[a-f0-9_]{40,60}`],
  ['pinecone', 'pcsk_', `${W}{40,90}`],
  ['tavily', 'tvly-', `${W}{20,64}`],
  ['together', 'tgp_v1_', `${W}{30,64}`],
  ['wandb', 'wandb_v1_', `[A-Za-z0-9_]{40,120}`],
  ['fireworks', 'fw_', `${A}{22,24}(?![A-Za-z0-9])`],
  ['jina', 'jina_', `${A}{50,80}`],
  ['llamacloud', 'llx-', `${A}{40,60}`],
  ['cerebras', 'csk-', `${A}{40,60}`],
  // Social
  ['facebook', 'EAA', `${A}{60,400}`],
  ['aspnet', 'CfDJ8', `${W}{60,4000}`],
  ['laravel', 'eyJpdiI6', `${B}{60,4000}(?:={0,2}|%3D)`],
  ['twitter', 'AAAAAAAAAAAAAAAAAAAA', `[A-Za-z0-9%]{40,200}`],
  ['maxmind', '_mmk', ''],
  // Base64 of `-----BEGIN … PRIVATE KEY`
  ['pem', 'LS0tLS1CRUdJTiBQUklWQVRF LS0tLS1CRUdJTiBSU0EgUFJJVkFURS LS0tLS1CRUdJTiBFQyBQUklWQVRF LS0tLS1CRUdJTiBPUEVOU1NI LS0tLS1CRUdJTiBFTkNSWVBURU LS0tLS1CRUdJTiBEU0Eg LS0tLS1CRUdJTiBQR1AgUFJJVk', `${B}{20,16384}={0,2}`],
  // Keys and password hashes in their own notations
  ['bip32', 'xprv yprv zprv', '[1-9A-HJ-NP-Za-km-z]{100,112}'],
  ['bcrypt', '$2a$ $2b$ $2y$ $2x$', '\\d\\d\\$[./A-Za-z0-9]{53}'],
  ['argon2', '$argon2id$ $argon2i$ $argon2d$', '[A-Za-z0-9+/=,$-]{30,300}'],
  ['crypt', '$6$ $5$ $apr1$ $y$ $scrypt$', '[A-Za-z0-9./$=,]{20,200}'],
  ['pbkdf2', 'pbkdf2_sha256$ pbkdf2_sha1$ pbkdf2:sha256: $pbkdf2-sha256$', `[A-Za-z0-9+/=.,$:-]{20,300}`],
  ['scrypt', 'scrypt:', `\\d{1,8}:\\d{1,3}:\\d{1,3}\\$[A-Za-z0-9+/=.]{4,64}\\$[A-Za-z0-9+/=.]{32,300}`],
  ['ldap-hash', '{SSHA} {SHA} {SSHA512} {SSHA256}', `${B}{20,120}={0,2}`],
];

/** Prefixes that stand inside their token: what belongs to it before them. */
const BEFORE: Readonly<Record<string, string>> = { 'Q~': '[A-Za-z0-9_~.-]{3}\\d', '.atlasv1.': '[A-Za-z0-9]{12,16}', _mmk: '[A-Za-z0-9]{6}_[A-Za-z0-9_]{27,31}', JQQJ99: '[A-Za-z0-9]{48,56}' };

/** The most characters that `before` can take. */
export const BEFORE_MAX: Readonly<Record<string, number>> = { 'Q~': 4, '.atlasv1.': 16, _mmk: 38, JQQJ99: 56 };

/** Prefixes short or common enough that the rest has to look random too. */
const RANDOM = new Set(['pi_', 'seti_', 'md-', 'mfa.', 'ATOA', 'sess-', 'A21AA', 'sk-', 'b_', 'fw_', 're_', 'live_', 'test_', 'cio', 'oy2', '4b1d', 'EAA', 'EAAA', 'secret_', 'cb_', 'API-', 'sl.', 'AQE', 'pat', 'y0_', 'y1_', 'YCM', 'YCN', 'YCO', 'YCP', 'AKID', 'fo1_', 'ext_', 'sc_', '1//0', 'pk_', 'glc_', 'xai-', 'rnd_', 'vcp_', 'vci_', 'vca_', 'vcr_', 'vck_', 'sgp_', 'tskey-']);

export const KNOWN_TOKENS: readonly KnownToken[] = ROWS.flatMap(([id, prefixes, tail]) =>
  prefixes.split(' ').map((prefix) => ({
    id,
    prefix,
    tail,
    ...(BEFORE[prefix] === undefined ? {} : { before: BEFORE[prefix] }),
    ...(RANDOM.has(prefix) ? { random: true as const } : {}),
  })),
);
