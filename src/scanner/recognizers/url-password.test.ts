import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { dataSource, oracleUrl, urlPassword } from './url-password.ts';

test('urlPassword marks the password, not the user', () => {
  for (const text of [
    'https://user:«hunter2»@example.com/path',
    'redis://:«p4ssw0rd»@redis:6379/0',
    'mongodb+srv://app:«Xy7!zq»@cluster0.mongodb.net/shop',
    'postgres://shop:«correct-horse»@db:5432/shop failed',
    'amqps://user:«pa%40ss»@mq/vhost',
    'postgres://u:«p@ss»@db/x',
    'postgres://u:«p/ss#1»@db/x',
    'a ftp://u:«p»@h b http://u:«q»@h c',
    'https://«ghp_16C7e42F292c6912E7710c838347Ae178B4a»@github.com/org/repo.git',
    'https://«0a1b2c3d4e5f60718293a4b5c6d7e8f9»@o1.ingest.example/42',
    'https://«8f3kd93kd02kd83kd»:@api.example/v1',
    'https://«8f3kd93kd02kd83kd»:x-oauth-basic@github.com/x',
  ]) expectMarks(urlPassword, text, 'password');
});

test('urlPassword leaves other URLs alone', () => {
  for (const text of ['https://medium.com/@user/some-article', 'http://localhost:8080/@x', 'https://example.com/a:b@c', 'git@github.com:org/repo.git', 'ssh://git@github.com/x', 'https://user@example.com', 'mailto:a@b.example', 'https://u:[password]@h', 'https://${USER}:${PASS}@h', 'https://u:****@h', 'https://x.example/?next=a@b.example', 'https://[::1]:8080/@x', 'https://user:@host']) {
    expectMarks(urlPassword, text, 'password');
  }
});

test('oracleUrl marks the password of a thin URL', () => {
  expectMarks(oracleUrl, 'jdbc:oracle:thin:scott/«tiger»@db:1521:XE', 'password');
  expectMarks(oracleUrl, 'jdbc:oracle:thin:@db:1521:XE', 'password');
});

test('dataSource marks the password of a data source name of Go', () => {
  for (const text of [
    'app:«Tr0ub4dor»@tcp(db:3306)/orders?parseTime=true',
    'dial error for app:«p@ss/w:rd»@tcp(10.0.0.5:3306)/orders',
    'dsn="app:«hunter2»@unix(/tmp/mysql.sock)/orders" DSN=root:«q»@cloudsql(p:eu:i)/db',
    'app:«pw»@/orders', 'cannot open app:«Tr0ub4dor»@/orders?parseTime=true: refused', 'dsn="app:«q»@/"',
  ]) expectMarks(dataSource, text, 'password');
  for (const text of ['app@tcp(db:3306)/orders', 'app:@tcp(db:3306)/x', 'app:****@tcp(db:3306)/x', 'app:[password]@tcp(db)/x', 'reached tcp(10.0.0.5:3306): refused', 'a:b@handler(x)', 'npm:@scope/tcp(1)', 'app@/orders', 'alias:@/components', 'http://host:80@/x', "import x from '@/components/Cart'", 'app:pw@/src/components/Cart.vue', 'x?y:z@/a']) expectMarks(dataSource, text, 'password');
});
