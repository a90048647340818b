import { test } from 'node:test';
import type { Kind } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { assigned } from './assigned.ts';

function all(kind: Kind, texts: readonly string[]): void {
  for (const text of texts) expectMarks(assigned, text, kind);
}

test('assigned reads environment, INI, TOML, YAML and properties', () => {
  all('password', [
    'password=«hunter2»', 'DB_PASSWORD=«s3cr3t»', 'export PGPASSWORD=«hunter2» && psql', 'password = "«hunter2»"', 'password: «hunter2»', "password: '«hunter2»'", 'spring.datasource.password=«hunter2»\nx=y',
    'db:\n  password: «plainword»\n  host: x', 'password: |\n  «line1»\nx: y', 'passphrase: «correct horse battery staple»', 'contraseña=«secreto123»', 'mot_de_passe=«secret123»',
  ]);
  all('credential', ['API_KEY=«abc123»', 'api-key: «8f3kd93kd02kd83kd»', 'client_secret=«x»', '//registry.npmjs.org/:_authToken=«00000000-1234-1234-1234-1234567890ab»', 'AccountName=a;AccountKey=«lJzRc1YdHaAA2KCNJJ1tkYwF/+mKK6Ygw0NGe170Xu592euJv2wYUtBlV8z+qnlcNQSnIYVTkLWntUO1F8j8rQ==»;x=y']);
});

test('assigned reads connection strings with signs in the password', () => {
  all('password', ['Server=db;User Id=sa;Password=«P@ss;w0rd!»;Encrypt=true', 'Server=x,1433;pwd=«Tr0ub4dor&3»;', 'jdbc:sqlserver://h;user=sa;password=«a,b»;encrypt=true']);
});

test('assigned reads JSON, whole, escaped and cut off', () => {
  all('password', [
    '{"password":"«hunter2»","x":1}', '{"password" : "«pa\\"ss,word»"}', "{'password': '«hunter2»'}", '{\\"password\\":\\"«hunter2»\\",\\"x\\":1}', '{\\\\\\"password\\\\\\":\\\\\\"«hunter2»\\\\\\"}', '{"password":"«hunt',
    '{"otp":«123456»}', '{"passwords":["«a1»","«b2»"]}', '{"name":"DB_PASSWORD","value":"«hunter2»"}', '{"key":"password","value":{"stringValue":"«hunter2»"}}',
  ].map((text) => (text.endsWith('hunt') ? `${text}»` : text)));
});

test('assigned reads the value in a map under the name, behind what says more about it', () => {
  all('password', ['{"password":{"plain":"«Tr0ub4dor»"}}', '{"password": {"type": "plain", "rounds": 3, "value": "«zebra»"}}', '{\\"password\\":{\\"plain\\":\\"«Tr0ub4dor»\\"}}', '{"password":{"old":{"value":"«Tr0ub4dor»"}}}']);
  all('credential', ['{"secret":{"value":"«Tr0ub4dor-zebra»"}}', '{"password":{"min_length":12,"policy":"strong"}}', '{"token":{"type":"bearer","expires_in":3600}}', '{"token":{"text":"Hello","logprob":-0.3}}', '{"key":{"plain":"orders"}}', '{"token_usage":{"value":4096}}']);
});

test('assigned reads sentences of forms and of German, and pre-shared keys', () => {
  all('password', ['q=my+password+is+«Tr0ub4dor»&lang=en', '/search?q=the+password+is:+«Tr0ub4dor»+thanks', 'Passwort lautet «Tr0ub4dor»', 'Das Passwort ist: «Tr0ub4dor»', 'psk="«zebra crossing»"', 'wifi_psk=«zebra-42»']);
  all('password', ['q=password+is+too+short', 'q=password+reset+form', 'Passwort ist abgelaufen', 'Das Passwort lautet anders', 'TLS_PSK_WITH_AES_128_GCM_SHA256', 'psk: none', 'key_exchange=psk_dhe_ke']);
});

test('assigned reads XML, HTML forms and multipart forms', () => {
  all('password', [
    '<password>«hunter2»</password>', '<wsse:Password Type="PasswordText">«hunter2»</wsse:Password>', '<db password="«hunter2»"/>', '<property name="password" value="«hunter2»"/>', '<password><![CDATA[«hunter2»]]></password>', '<key>password</key><string>«hunter2»</string>', '<password>\n  «hunter2»\n</password>',
    'Content-Disposition: form-data; name="password"\r\n\r\n«hunter2»\r\n--x',
  ]);
});

test('assigned reads program text', () => {
  all('password', ['String password = "«hunter2»";', 'password := "«hunter2»"', 'let password: string = "«hunter2»"', 'var password string = "«hunter2»"', 'config["password"] = "«hunter2»"', '"password" => "«hunter2»"', 'setProperty("db.password", "«hunter2»")', 'password = b"«hunter2»"', 'if (password == "«hunter2»")', 'login(user=bob, password=«hunter2»)', 'User{name=bob, password=«hunter2»}']);
  all('credential', ['const apiKey = "«abc»"', "headers.set('X-API-Key', '«abc123def»')", 'client = Client(api_key="«abc»")', 'token = SecretStr("«abc123»")']);
});

test('assigned reads command lines', () => {
  all('password', ['--password «hunter2»', '--password=«hunter2» -v', 'mysql --user root --password \'«my pass»\' shop', 'tool -password «hunter2»']);
  all('credential', ['login --token «abc123» --host x', 'vault login -token=«abc»']);
});

test('assigned reads headers, and dumps of header maps', () => {
  all('credential', ['X-Api-Key: «abc123def»', 'x-auth-token: «abc123def»\r\nHost: x', 'X-Vault-Token:[«abc»]']);
  all('authorization', ['Authorization: Bearer «abcdef»', 'map[Accept:[*/*] Authorization:[Bearer «abc.def.ghi»] Host:[x]]', '{"authorization":"Bearer «abcdef»"}', '["Authorization","Basic «dXNlcjpwYXNz»"]']);
  all('session-id', ['JSESSIONID=«0AFC35»', ';jsessionid=«1A2B.node1»?x=1', 'session_id: «8f3kd93kd»']);
});

test('assigned reads queries and forms', () => {
  all('parameter', ['https://x/y?access_token=«abc»&page=1', '/login?user=bob&password=«secret»#top', 'user=bob&password=«secret»&x=1', '?sig=«abcDEF%2Bxyz%3D»', '?X-Amz-Signature=«fe5f80»&x=1', '?code=«4/0AX4XfWjYZ8b3kq0dE3vN»&x=1', 'see https://x/?token=«abc123». Then', '?AWSAccessKeyId=«AKIAIOSFODNN7EXAMPLE»&x=1']);
  all('parameter', ['/search?code=DE&state=BY&key=name&sort=asc', '/x?next_page_token=abc', '/x?tokens=5', '/x?token=&y=1', '/x?token=[parameter]&y=1']);
});

test('assigned reads dumps of Ruby, PHP, Go, Rust and Java', () => {
  all('password', ['{:password=>"«hunter2»", :user=>"bob"}', '["password"]=> string(7) "«hunter2»"', '[password] => «hunter2x»', '&User{Name:"bob", Password:"«hunter2»"}', 'User { password: "«hunter2»" }', "LoginRequest{username='bob', password='«hunter2»'}", 'password<-"«hunter2»"', 'password\\=«hunter2»', 'password: !vault «hunter2»']);
  all('password', ['<param name="password">«hunter2»</param>', '<entry key="password"><string>«hunter2»</string></entry>', '<input type="password" name="password"> Forgot it?', '<button name="password">Show</button>']);
});

test('assigned reads numbers only where they prove something', () => {
  all('password', ['otp: «482193»', 'your verification code is «482193»', '{"pin":«4821»}', 'pin=GPIO17', 'cvv=«123»']);
  all('credential', ['X-Api-Key: «12345»', '{"token":1024}', 'token=42']);
});

test('assigned reads sentences, where a value must look like a secret', () => {
  all('password', ['password is «hunter2»', "The password '«hunter2»' was rejected", 'Login failed with password «hunter2»']);
  all('credential', ['token «3fea6af1349166ea33» is not valid', 'client secret «8f3kd93kd02kd83kd0»', 'Incorrect API key provided: «8f3kd93kd02kd83kd»', '(use the client secret: «qtt8a9c7ij5rouhvpd2tuf»)']);
  all('password', ['password is incorrect', 'Invalid password', 'password: must be at least 8 characters', 'the token was refreshed', 'password reset for user bob', '(using password: YES)', 'field password: required', "Unexpected token '<'", 'token: unknown', 'secret "my-tls" not found', 'password hash bcrypt', 'password changed at 2024-05-17']);
});

test('assigned leaves templates, masks, types and code alone', () => {
  all('password', ['password=${PASSWORD}', 'password=$PASSWORD', 'password=<password>', 'password=********', 'password=null', 'password=""', 'password: string', 'password: str = None', 'password=%s', 'password = getPassword()', 'password = user.password', 'password=self.password', 'password = os.environ["DB_PASSWORD"]', 'password={{ .Values.password }}', 'password=[password]', '"password":"[password]"', 'password: [REDACTED]', '{"password":{"type":"string"}}', '["username","password","email"]', 'SELECT password, token FROM users', 'password = ?', 'password = $1']);
});

test('assigned believes names that say little only beside values that look random', () => {
  for (const text of ['auth «Zk3uxe0Q9sT7vLw2Xy8B» failed', 'signature «9sT7vLw2Xy8BZk3uxe0Q9sT7vLw2Xy8B»', 'salt=«9sT7vLw2Xy8BZk3uxe0Q»', 'salt: «"9sT7vLw2Xy8BZk3uxe0Q"»'.replace('«"', '"«').replace('"»', '»"')]) expectMarks(assigned, text, 'credential');
  for (const text of ['auth failed for checkoutService', 'signature da39a3ee5e6b4b0d3255bfef95601890afd80709', 'auth 8f14e45f-ceea-467f-a1b2-123456789012', 'signature of OrderServiceClient2Impl', 'basalt=Zk', 'auth Http2ServerConnection11Handler', 'seed=42', 'auth OrderController2Test failed']) expectMarks(assigned, text, 'credential');
});

test('assigned passes over the name of a secret in a string that is put together, and finds the secret behind it', () => {
  expectMarks(assigned, 'telegram_api_token = "telegram_api_token = "«4711:Ahellopzxgangh154s9l00»"', 'credential');
});
