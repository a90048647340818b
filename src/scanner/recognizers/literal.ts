/**
 * Literals of database statements, replaced by `?`: in whole statements under their keys, in bound parameters, and in
 * statements and database errors that stand inside other text. The lexers are in `#scanner/statement`.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { literalsOf } from '#scanner/statement';
import { literalsOfDatabaseErrors } from '#scanner/statement/database-error';
import { literalsInText } from '#scanner/statement/embedded';

export const literal: Recognizer = {
  id: 'literal',
  kind: 'literal',
  needs: 0,
  keys: KEY.statement,
  find(text, keyClass, mark) {
    if ((keyClass & KEY.parameter) === 0) literalsOf(text, (start, end) => mark(start, end, '?'));
  },
};

export const literalParameter: Recognizer = {
  id: 'literal.parameter',
  kind: 'literal',
  needs: 0,
  keys: KEY.parameter,
  find(text, _keyClass, mark) {
    if (text !== '' && text !== '?') mark(0, text.length, '?');
  },
};

export const literalEmbedded: Recognizer = {
  id: 'literal.embedded',
  kind: 'literal',
  needs: FEATURE.space | FEATURE.statementWord,
  find(text, keyClass, mark) {
    if ((keyClass & (KEY.statement | KEY.parameter)) === 0) literalsInText(text, (start, end) => mark(start, end, '?'));
  },
};

export const literalDatabaseError: Recognizer = {
  id: 'literal.database-error',
  kind: 'literal',
  needs: FEATURE.space | FEATURE.statementWord,
  find(text, keyClass, mark) {
    if ((keyClass & (KEY.statement | KEY.parameter)) === 0) literalsOfDatabaseErrors(text, (start, end) => mark(start, end, '?'));
  },
};
