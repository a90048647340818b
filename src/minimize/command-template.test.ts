import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argumentTemplate, commandTemplate, programTemplate } from './command-template.ts';

test('the program and the names of options stay, arguments go', () => {
  const cases: Readonly<Record<string, string | null>> = {
    'psql -h db.example --username=ada -phunter2 --no-password orders': 'psql -h ? --username=? -p? --no-password ?',
    '/usr/bin/curl -u ada:hunter2 https://x.example': '/usr/bin/curl -u ? ?', 'PGPASSWORD=hunter2 TZ=UTC psql': 'PGPASSWORD=? TZ=? psql', 'cat users.txt | grep ada && rm -rf /tmp/ada': 'cat ? | grep ? && rm -r? ?',
    'mysql -p abc;def': 'mysql -p ?', 'sh -c "echo hunter2 | login --now"': 'sh -c ?', "run 'a b' \"c \\\" d\" e": 'run ? ? ?', 'echo hunter2\nhunter3': 'echo ? ?', 'docker run \\\n  --rm image': 'docker ? --rm ?',
    'echo \\| hunter2': 'echo ? ?', '"hunter2 x" y': '? ?', 'C:\\tools\\backup.exe /user:ada': 'C:\\tools\\backup.exe ?', 'java -Dpassword=hunter2 -jar app.jar': 'java -D? -j? ?', '--token hunter2': '? ?', 'tool --key1234=x': 'tool ?', "tool '--name' x": 'tool ? ?',
    "unclosed 'quote": null, 'cat <<EOF\nhunter2\nEOF': null, '': null, '   ': null,
  };
  for (const [command, template] of Object.entries(cases)) assert.equal(commandTemplate(command), template, command);
});

test('words of a list that is split already', () => {
  assert.deepEqual(['node', '/opt/my app', '-x'].map(programTemplate), ['node', '?', '?']);
  assert.deepEqual(['app.js', '--port=80', '--token', 'hunter2', '|', 'a b'].map(argumentTemplate), ['?', '--port=?', '--token', '?', '?', '?']);
});
