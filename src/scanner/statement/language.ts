/**
 * Guesses the language of a statement from its first words. The name of the database is another attribute, which a recognizer does
 * not see; where the guess fails the text is `unknown`, and read in the way that hides most.
 */
import { isCommand } from './command-lexer.ts';

export type Language = 'sql' | 'cypher' | 'document' | 'graphql' | 'command' | 'ldap' | 'unknown';

const SQL =
  /^(?:\(|;|--[^\n]{0,2000}\n|\/\*(?:[^*]|\*(?!\/)){0,2000}\*\/|\s){0,16}(?:SELECT|INSERT|UPDATE|DELETE|MERGE|REPLACE|UPSERT|WITH|CREATE|ALTER|DROP|TRUNCATE|RENAME|GRANT|REVOKE|DENY|SET|RESET|BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|END|ABORT|DECLARE|EXEC|EXECUTE|CALL|EXPLAIN|ANALY[SZ]E|DESC|DESCRIBE|SHOW|USE|COPY|VACUUM|LOCK|UNLOCK|VALUES|TABLE|PREPARE|DEALLOCATE|FETCH|CLOSE|OPEN|MOVE|KILL|PRAGMA|ATTACH|DETACH|LOAD|OPTIMIZE|REINDEX|REFRESH|COMMENT|DO|LISTEN|NOTIFY|UNLISTEN|IF|WHILE|PRINT|RAISE|FROM|BATCH|APPLY|SP_EXECUTESQL|DBCC|PUT|LIST)\b/i;
const CYPHER = /(?:^|\s)(?:(?:OPTIONAL\s+)?MATCH\s{0,8}\w{0,32}\s{0,8}=?\s{0,8}\(|MERGE\s{0,8}\(|CREATE\s{0,8}\((?=[^)]{0,200}[:)])|UNWIND\s|FOREACH\s{0,4}\(|CALL\s+(?:db|apoc|gds)\.|DETACH\s+DELETE\s)/i;
const GRAPHQL = /^\s{0,64}(?:#[^\n]{0,500}\n\s{0,64})?(?:(?:query|mutation|subscription)(?:\s+\w{1,128})?\s{0,8}(?:@\w{1,64}\s{0,8})?[({]|fragment\s+\w{1,128}\s+on\s)/;
/** JSON, `db.users.find(…)`, `users.find {…}`, `GET /index/_search`, Flux. */
const DOCUMENT = /^\s{0,64}(?:[[{]|db\.|(?:GET|POST|PUT|DELETE|HEAD|PATCH)\s+\/|from\s{0,4}\(\s{0,4}bucket|import\s+"|[\w.-]{1,128}\s{0,4}[[{]|[\w.$-]{1,128}\.\w{1,64}\s{0,4}\(\s{0,4}[[{])/;
const LDAP = /^\s{0,64}\(\s{0,8}(?:[&|!]\s{0,8}\(\s{0,8}|)(?:[&|!]\s{0,8}\(\s{0,8})?[A-Za-z][\w;.-]{0,64}\s{0,4}[~<>:]?=/;

/** How nearly all statements of SQL begin; no other language that is told apart here begins so, but for Cypher. */
const PLAIN_SQL = /^(?:SELECT [A-Z*"`_]|INSERT INTO [A-Z"`_]|UPDATE [A-Z"`_]|DELETE FROM [A-Z"`_])/i;

export function languageOf(text: string): Language {
  const head = text.length > 4096 ? text.slice(0, 4096) : text;
  if (PLAIN_SQL.test(head) && !(/^S/i.test(head) && CYPHER.test(head))) return 'sql';
  if (isCommand(head)) return /^\s{0,64}(?:GET|DELETE|PUT|POST)\s+\//i.test(head) ? 'document' : 'command';
  if (GRAPHQL.test(head)) return 'graphql';
  if (LDAP.test(head)) return 'ldap';
  if (CYPHER.test(head) && !/^\s{0,64}(?:INSERT|UPDATE|DELETE\s+FROM|MERGE\s+INTO)\b/i.test(head)) return 'cypher';
  if (DOCUMENT.test(head) && !/^\s{0,64}(?:SELECT|INSERT|UPDATE|DELETE|WITH|VALUES|EXEC|CALL|SET)\s{0,4}\[/i.test(head)) return 'document';
  return SQL.test(head) ? 'sql' : 'unknown';
}
