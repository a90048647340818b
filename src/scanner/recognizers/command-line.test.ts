import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { commandLine } from './command-line.ts';

test('commandLine marks credentials that no name announces', () => {
  for (const text of [
    'curl -u admin:«S3cret» https://x',
    `curl --user 'admin:«S3 cret»' https://x`,
    'curl -sSu "admin:«S3cret»" https://x',
    'curl --proxy-user=bob:«hunter2» https://x',
    'curl -u "«d2LkV78zLx»:" https://x',
    'curl -u ":«d2LkV78zLx»" https://x',
    'mysql -u root -p«Secr3t» shop',
    `mysqldump -uroot -p'«Secr3t»' shop`,
    'redis-cli -h r -a «s3cretpw» ping',
    `sshpass -p '«hunter2»' ssh host`,
    'docker login -u me -p «hunter2» r.io',
    'mongosh -u me -p «hunter2» db',
    'openssl enc -pass pass:«hunter2» -in x',
    'openssl enc -k «hunter2» -in x',
    `smbclient -U 'bob%«hunter2»' //h/s`,
    'sqlplus scott/«tiger»@db',
    'machine api.example.com login bob password «hunter2»',
    'machine a\n  login b\n  password «c0de»',
    'net use z: \\\\h\\s /user:bob «hunter2»',
    'echo «Str0ngpw» | docker login -u bob --password-stdin r.io', "printf %s '«s3 cret»' | helm registry login r.io --password-stdin", 'unzip -P «92Q6LbEaG7» x.zip', '7z a -p«S3cret99» x.7z', 'useradd -p «Sm6JpM4x» bob', 'net user bob «G3bKQYBSz3!» /add',
    'keytool -list -storepass «SahhU5e4zT»', 'IDENTIFIED BY "«1YHdAhjXUg»"', 'AUTH PLAIN «AGJvYgBzU49L1TRRnwSZKOxf=»', 'AUTH «EB0aWb9sbvVrPJIR3mo7»', 'AUTH default «xageOkyOurzLl2sJe8JP»', 'USER bob\r\nPASS «6PlslACN3o»', 'a1 LOGIN "bob" "«yngzLF8HCS»"',
    'login bob:«AexvI5fDWk!» failed', 'user bob / pass «ZFptjLlZ4»', 'default login anonymous password «rEezu1»',
    '["docker","login","-p","«hunter2»","r.io"]', "['sshpass', '-p', '«hunter2»', 'ssh', 'h']",
    'cmdkey /add:h /user:bob /pass:«hunter2»',
  ]) expectMarks(commandLine, text, 'password');
});

test('commandLine leaves templates, manuals and other options alone', () => {
  for (const text of [
    'curl -u "$USER:$PASS" https://x', 'curl -u ${f5user}:${f5pass} \\', 'curl -u user:password https://x', 'curl -u "myusername" http://x', 'curl -u "{{ .Values.u }}:{{ .Values.p }}"', 'curl -u bob:[password] https://x', 'curl --upload-file out.txt https://x',
    'mysql -u root -h db --protocol tcp --port 3306', 'docker login r.io', 'docker run -p 8080:80 nginx', 'redis-cli -h r ping', 'sshpass -p [password] ssh h', 'mysql --plugin-dir=/x', 'ssh -p 2222 host', 'mkdir -p /var/x', 'docker login --password-stdin', 'unzip -q x.zip', 'useradd -m bob', 'AUTH required', 'PASS 12 tests', 'FAIL/PASS counts', 'PASS src/app2.test.ts', 'x=PASS src%2Fapp.test.ts', 'user login: ok', 'login api-gateway:8080', 'user bob:editor', 'IDENTIFIED BY ?', 'net user bob', 'AUTH PLAIN [password]', 'password',
  ]) expectMarks(commandLine, text, 'password');
});

test('commandLine knows the password behind user and file of htpasswd, and that of SET PASSWORD', () => {
  for (const text of ['htpasswd -b f ada «Tr0ub4dor»', 'htpasswd -nb ada «zebra»', 'htpasswd -c -b /etc/nginx/users ada "«Tr0ub4dor zebra»"', 'htpasswd -bB -C 10 f ada «zebra»', "SET PASSWORD FOR 'a' = PASSWORD('«zebra»')", "SET PASSWORD FOR 'a'@'%' TO '«zebra»'", "set password = '«zebra»'"]) expectMarks(commandLine, text, 'password');
  for (const text of ['htpasswd -c /etc/nginx/users ada', 'htpasswd -D users ada', 'htpasswd: verification error', 'set password for the user', "SET PASSWORD FOR 'a' = ?", "the form to set password shows 'Repeat'"]) expectMarks(commandLine, text, 'password');
});
