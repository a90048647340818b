import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KNOWN_TOKENS, SERVICES } from '#scanner/known-tokens';
import { expectMarks, marksOf } from '#scanner/testing';
import { UNSOUGHT_PREFIXES } from '#scanner/words';
import { awsSecretKey, knownTokens } from './known-tokens.ts';
import { tokenShapes } from './shapes.ts';

test('every row of the table finds what it describes, alone and in a text', () => {
  const random = randomFrom(20260717);
  for (const { id, prefix, tail, before } of KNOWN_TOKENS) {
    const recognizer = UNSOUGHT_PREFIXES.has(prefix) ? tokenShapes : knownTokens;
    const token = sampleOf(before ?? '', random) + prefix + sampleOf(tail, random);
    for (const text of [token, `key "${token}" refused`, `x=${token};y`]) {
      const found = marksOf(recognizer, text);
      assert.equal(found.length, 1, `${id} ${prefix}: ${text}`);
      assert.ok(text.slice(found[0]?.start, found[0]?.end).length >= token.length - prefix.length, `${id} ${prefix}: ${text}`);
    }
  }
});

test('the credentials of 150 services and formats are known by their form', () => {
  assert.ok(SERVICES.size >= 150, String(SERVICES.size));
});

test('knownTokens marks real forms', () => {
  for (const text of [
    'AWS «AKIAIOSFODNN7EXAMPLE» denied',
    '«ghp_16C7e42F292c6912E7710c838347Ae178B4a»',
    'https://hooks.slack.com/services/«T00000000/B00000000/abcDEF123456ghiJKL7890mn»',
    'client_secret dO2«bP88Q~rcBcYjzzOhg1Hnn76Wm3jGgakZiZ.8vMgR»'.replace('dO2', ''),
    'https://api.telegram.org/bot«110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw»/getMe',
    '«sk_live_abcdefghijklmnopqrstuvwx1234», «xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOHcbrzqgy»',
    '«$2b$12$KIXQJQ1b7cC9h6bQb0n5yOZbX9sW4y1jJkF0qM7p1eF0a6uQ8d2uW»',
  ]) expectMarks(knownTokens, text, 'credential');
});

test('knownTokens leaves masks, words and code alone', () => {
  for (const text of [
    'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'sk-ant-', 'AKIAXXXXXXXXXXXXXXXX', 'risk-assessment-for-the-whole-of-production', 'task-sk-container-with-a-long-name-here', 'hf_requiredCharacteristicTypesForDisplayMetadata', 'test_that_the_service_is_up_and_running_well', 'live_migration_of_the_database', 'secret_name_of_the_application_here', 'GLC_CreateLightmapTextureArray(void)',
    'dp.pt.', 'API-BD80F56CDC1441E6', 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'xoxb-', 'npm_config_registry', 'AIzaSy', 'pat.', 'sl.example.com', '{SHA}', 'eyJrIjoi', '/1//0/', 'key-value', 'EAAAAAAAAAAA',
  ]) expectMarks(knownTokens, text, 'credential');
});

test('awsSecretKey marks the secret half beside the public one', () => {
  expectMarks(awsSecretKey, 'new Credentials("AKIAIOSFODNN7EXAMPLE", "«wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»")', 'credential');
  expectMarks(awsSecretKey, 'AKIAIOSFODNN7EXAMPLE da39a3ee5e6b4b0d3255bfef95601890afd80709', 'credential');
  expectMarks(awsSecretKey, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'credential');
});

/** A string that matches `source`: the constructs of the table only (classes, groups, alternatives, bounded repetition). */
function sampleOf(source: string, random: () => number): string {
  let at = 0;
  return alternatives();

  function alternatives(): string {
    const options = [sequence()];
    while (source[at] === '|') {
      at++;
      options.push(sequence());
    }
    return options[0] as string;
  }

  function sequence(): string {
    let result = '';
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const start = at;
      const one = atom();
      const end = at;
      const [min, max] = repetition();
      const count = min === 0 ? 0 : Math.min(max, min + 4);
      for (let i = 0; i < count; i++) {
        if (i === 0) result += one;
        else {
          const after = at;
          at = start;
          result += atom();
          at = after;
        }
      }
      at = Math.max(at, end);
    }
    return result;
  }

  function atom(): string {
    if (source.startsWith('(?!', at) || source.startsWith('(?<!', at)) {
      at = source.indexOf(')', at) + 1;
      return '';
    }
    if (source.startsWith('(?:', at) || source[at] === '(') {
      at += source.startsWith('(?:', at) ? 3 : 1;
      const inner = alternatives();
      at++;
      return inner;
    }
    if (source[at] === '[') {
      const close = source.indexOf(']', at);
      const characters = membersOf(source.slice(at + 1, close));
      at = close + 1;
      return characters[Math.floor(random() * characters.length)] as string;
    }
    if (source[at] === '\\') {
      at += 2;
      return source[at - 1] === 'd' ? String(Math.floor(random() * 10)) : (source[at - 1] as string);
    }
    return source[at++] as string;
  }

  function repetition(): [number, number] {
    if (source[at] === '?') {
      at++;
      return [0, 1];
    }
    const match = /^\{(\d+)(?:,(\d+))?\}/.exec(source.slice(at));
    if (match === null) return [1, 1];
    at += match[0].length;
    return [Number(match[1]), Number(match[2] ?? match[1])];
  }
}

/** The letters and digits of a character class; signs would let a sample end where the token does not. */
function membersOf(inside: string): string[] {
  const members: string[] = [];
  for (let code = 0x30; code < 0x7b; code++) {
    const character = String.fromCharCode(code);
    if (/[A-Za-z0-9]/.test(character) && new RegExp(`[${inside}]`).test(character)) members.push(character);
  }
  return members.length > 0 ? members : [inside[0] as string];
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
