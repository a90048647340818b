/**
 * What to run or write so that a service sends its traces here, per language: the setting that all OpenTelemetry SDKs share, and what
 * each needs beside it. Names and keys that go into a shell are quoted.
 */

export const LANGUAGES = [
  { id: 'node', label: 'Node.js' },
  { id: 'python', label: 'Python' },
  { id: 'java', label: 'Java' },
  { id: 'go', label: 'Go' },
  { id: 'dotnet', label: '.NET' },
  { id: 'ruby', label: 'Ruby' },
  { id: 'php', label: 'PHP' },
  { id: 'collector', label: 'Collector' },
  { id: 'curl', label: 'curl' },
] as const;
export type Language = (typeof LANGUAGES)[number]['id'];

export interface Target {
  /** `http://host:4318`, of OTLP over HTTP. */
  readonly endpoint: string;
  readonly key: string;
  readonly service: string;
}

export interface Step {
  readonly title: string;
  readonly text: string;
  /** A sentence under the title. */
  readonly note?: string;
}

export function stepsFor(language: Language, target: Target): readonly Step[] {
  if (language === 'collector') return [collector(target)];
  if (language === 'curl') return [curl(target)];
  return [environment(language, target), ...REST[language]];
}

const REST: Readonly<Record<Exclude<Language, 'collector' | 'curl'>, readonly Step[]>> = {
  node: [
    { title: 'Install', text: 'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node' },
    { title: 'Run', text: 'node --require @opentelemetry/auto-instrumentations-node/register app.js', note: 'No change of code.' },
  ],
  python: [
    { title: 'Install', text: 'pip install opentelemetry-distro opentelemetry-exporter-otlp\nopentelemetry-bootstrap -a install' },
    { title: 'Run', text: 'opentelemetry-instrument python app.py', note: 'No change of code.' },
  ],
  java: [
    { title: 'Get the agent', text: 'curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar' },
    { title: 'Run', text: 'java -javaagent:opentelemetry-javaagent.jar -jar app.jar', note: 'No change of code.' },
  ],
  go: [
    { title: 'Install', text: 'go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp' },
    {
      title: 'In main()',
      note: 'The exporter reads the variables.',
      text: `exporter, err := otlptracehttp.New(ctx)
if err != nil {
	return err
}
provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
defer provider.Shutdown(ctx)
otel.SetTracerProvider(provider)
handler = otelhttp.NewHandler(handler, "server")`,
    },
  ],
  dotnet: [
    { title: 'Install', text: 'dotnet add package OpenTelemetry.Extensions.Hosting\ndotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol\ndotnet add package OpenTelemetry.Instrumentation.AspNetCore\ndotnet add package OpenTelemetry.Instrumentation.Http' },
    {
      title: 'In Program.cs',
      text: `builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing
    .AddAspNetCoreInstrumentation()
    .AddHttpClientInstrumentation()
    .AddOtlpExporter());`,
    },
  ],
  ruby: [
    { title: 'Install', text: 'bundle add opentelemetry-sdk opentelemetry-exporter-otlp opentelemetry-instrumentation-all' },
    { title: 'Where the program starts', note: 'In Rails: config/initializers/opentelemetry.rb.', text: "require 'opentelemetry/sdk'\nrequire 'opentelemetry/instrumentation/all'\n\nOpenTelemetry::SDK.configure(&:use_all)" },
  ],
  php: [
    { title: 'Install', text: 'pecl install opentelemetry\ncomposer require open-telemetry/sdk open-telemetry/exporter-otlp', note: 'Then one package for each framework, such as open-telemetry/opentelemetry-auto-laravel.' },
    { title: 'Run', text: 'export OTEL_PHP_AUTOLOAD_ENABLED=true\nphp -d extension=opentelemetry.so app.php', note: 'No change of code.' },
  ],
};

/** The space after `Bearer` is `%20`: header values in this variable are percent-decoded, and older Python SDKs refuse a plain space. */
function environment(language: Language, { endpoint, key, service }: Target): Step {
  const lines = [
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${shell(endpoint)}`,
    'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    `export OTEL_EXPORTER_OTLP_HEADERS=${shell(`authorization=Bearer%20${key}`)}`,
    `export OTEL_SERVICE_NAME=${shell(service)}`,
    ...(language === 'go' ? [] : ['export OTEL_METRICS_EXPORTER=none OTEL_LOGS_EXPORTER=none']),
  ];
  return { title: 'Set', text: lines.join('\n'), note: 'Every OpenTelemetry SDK reads these.' };
}

function collector({ endpoint, key }: Target): Step {
  return {
    title: 'In the configuration of the Collector',
    note: 'Services keep the names they have; the key has to be one for all of them.',
    text: `exporters:
  otlphttp/tracekeep:
    endpoint: ${JSON.stringify(endpoint)}
    headers:
      authorization: ${JSON.stringify(`Bearer ${key}`)}

service:
  pipelines:
    traces:
      exporters: [otlphttp/tracekeep]`,
  };
}

/** One span of now, with an e-mail address that is not kept. */
function curl({ endpoint, key, service }: Target): Step {
  const text = (name: string, value: string): string => `{"key":"${name}","value":{"stringValue":${JSON.stringify(value)}}}`;
  const body = `{"resourceSpans":[{"resource":{"attributes":[${text('service.name', service)}]},"scopeSpans":[{"spans":[{"traceId":"TRACE","spanId":"SPAN","name":"hello","kind":2,"startTimeUnixNano":"NOW000000000","endTimeUnixNano":"NOW250000000","attributes":[${text('user.email', 'ada@example.com')}]}]}]}]}`;
  const [before = '', span = '', start = '', end = '', after = ''] = body.split(/TRACE|SPAN|NOW/u);
  return {
    title: 'Run',
    note: 'Sends one span, with an e-mail address in it: see what is left of it in the trace.',
    text: `NOW=$(date +%s)
curl ${shell(`${endpoint}/v1/traces`)} \\
  -H ${shell(`Authorization: Bearer ${key}`)} -H 'Content-Type: application/json' \\
  -d ${shell(before)}"$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')"${shell(span)}"$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')"${shell(start)}"$NOW"${shell(end)}"$NOW"${shell(after)}`,
  };
}

/** A word for a POSIX shell. */
export function shell(text: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Globs as people write them: separated by commas, spaces or lines. */
export function readGlobList(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/u).filter((glob) => glob !== ''))];
}
