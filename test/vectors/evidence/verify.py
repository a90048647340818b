#!/usr/bin/env python3
"""Another verifier of evidence, written from docs/reference/log-format.md alone: Python's standard library, and the program openssl for the signatures.

    verify.py FILE [VKEY]     exit code 0 verified, 1 not, 2 no key was given

The key is an Ed25519 one. Signatures with ML-DSA-44, which not every openssl knows, are not checked, and it says so.

It shows that the format page says enough. The test suite does not run it.
"""
import base64
import hashlib
import json
import re
import struct
import subprocess
import sys
import tempfile

FORMAT = 'tracekeep-evidence/1'
DEPTH_MAX = 128


class Wrong(Exception):
    pass


def need(holds, what):
    if not holds:
        raise Wrong(what)


def H(data):
    return hashlib.sha256(data).digest()


# Bytes

def varuint(n):
    out = b''
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def string(text):
    data = text.encode('utf-8')
    return varuint(len(data)) + data


def b64(text, length=None):
    need(isinstance(text, str), 'b64')
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong('b64')
    need(base64.b64encode(data).decode() == text and length in (None, len(data)), 'b64')
    return data


# JSON that has one reading

def pairs(members):
    names = [name for name, _ in members]
    need(len(set(names)) == len(names), 'a name stands twice')
    return dict(members)


def integer(text):
    # The sign of zero is kept, and other numbers are doubles.
    if text == '-0':
        return -0.0
    number = int(text)
    return number if abs(number) <= 2 ** 53 - 1 else float(text)


def constant(_):
    raise Wrong('not JSON')


def walk(value, depth=1):
    if isinstance(value, str):
        need(not any(0xD800 <= ord(c) <= 0xDFFF for c in value), 'half a character')
    elif isinstance(value, float):
        need(value == value and abs(value) != float('inf'), 'a number is out of range')
    elif isinstance(value, (dict, list)):
        need(depth <= DEPTH_MAX, 'nests too deep')
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(name, str):
                walk(name, depth)
            walk(item, depth + 1)


def parse(text):
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_int=integer, parse_constant=constant)
    except (ValueError, RecursionError):
        raise Wrong('not JSON')
    walk(value)
    return value


def members(value, known, what):
    need(isinstance(value, dict) and set(value) <= set(known.split()), what)
    return value


def items(value, what):
    need(isinstance(value, list), what)
    return value


def text(value, what, default=None):
    if value is None and default is not None:
        return default
    need(isinstance(value, str), what)
    return value


def natural(value, what, most=2 ** 53 - 1):
    need(isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value) and 0 <= value <= most, what)
    return int(value)


def u32(value, what):
    return natural(value, what, 2 ** 32 - 1)


def i32(value, what):
    need(isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value) and -2 ** 31 <= value < 2 ** 31, what)
    return int(value)


def u64(value, what):
    if isinstance(value, str):
        need(re.fullmatch(r'0|[1-9][0-9]{0,19}', value) and int(value) < 2 ** 64, what)
        return int(value)
    return natural(value, what)


def hexid(value, length, what):
    if value is None or value == '':
        return bytes(length)
    need(isinstance(value, str) and re.fullmatch('[0-9a-f]{%d}' % (length * 2), value), what)
    return bytes.fromhex(value)


# Attribute values

def number_text(x):
    """ECMAScript Number::toString."""
    x = float(x)
    if x == 0:
        return '-0' if str(x) == '-0.0' else '0'
    digits, exponent = re.fullmatch(r'([0-9.]+)(?:e([+-][0-9]+))?', repr(abs(x))).groups()
    whole, _, part = digits.partition('.')
    part = '' if part == '0' else part
    point = len(whole) + int(exponent or 0)
    digits = whole + part
    stripped = digits.lstrip('0')
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip('0')
    k = len(digits)
    if k <= point <= 21:
        out = digits + '0' * (point - k)
    elif 0 < point <= 21:
        out = digits[:point] + '.' + digits[point:]
    elif -6 < point <= 0:
        out = '0.' + '0' * -point + digits
    else:
        e = point - 1
        out = digits[0] + ('.' + digits[1:] if k > 1 else '') + 'e' + ('+' if e > 0 else '-') + str(abs(e))
    return ('-' if x < 0 else '') + out


ODD = ('NaN', 'Infinity', '-Infinity', '-0')


def quote(value):
    """A string as in RFC 8785."""
    short = {8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\'}
    return '"' + ''.join(short.get(ord(c)) or ('\\u%04x' % ord(c) if ord(c) < 32 else c) for c in value) + '"'


def any_value(value):
    """Letter and text."""
    if value is None:
        return 'n', ''
    members(value, 'stringValue boolValue intValue doubleValue arrayValue kvlistValue bytesValue', 'value')
    need(len(value) <= 1, 'two values in one')
    for kind, inner in value.items():
        if kind == 'stringValue':
            return 's', text(inner, kind)
        if kind == 'boolValue':
            need(isinstance(inner, bool), kind)
            return 'b', 'true' if inner else 'false'
        if kind == 'intValue':
            if isinstance(inner, str):
                need(re.fullmatch(r'0|-?[1-9][0-9]{0,18}', inner) and -2 ** 63 <= int(inner) < 2 ** 63, kind)
                return 'i', inner
            need(isinstance(inner, (int, float)) and not isinstance(inner, bool) and inner == int(inner) and abs(inner) <= 2 ** 53 - 1, kind)
            return 'i', str(int(inner))
        if kind == 'doubleValue':
            if isinstance(inner, str):
                need(inner in ODD, kind)
                return 'd', inner
            need(isinstance(inner, (int, float)) and not isinstance(inner, bool), kind)
            return 'd', number_text(inner)
        if kind == 'bytesValue':
            b64(inner)
            return 'x', inner
        listed = items(members(inner, 'values', kind).get('values', []), kind)
        if kind == 'arrayValue':
            return 'a', '{"arrayValue":{"values":[' + ','.join(nested(one) for one in listed) + ']}}'
        return 'm', '{"kvlistValue":{"values":[' + ','.join(entry(one) for one in listed) + ']}}'
    return 'n', ''


def entry(one):
    members(one, 'key value', 'kvlistValue')
    return '{"key":' + quote(text(one.get('key'), 'key', '')) + ',"value":' + nested(one.get('value')) + '}'


def nested(value):
    letter, said = any_value(value)
    if letter == 'n':
        return '{}'
    if letter == 's':
        return '{"stringValue":' + quote(said) + '}'
    if letter == 'b':
        return '{"boolValue":' + said + '}'
    if letter == 'i':
        return '{"intValue":"' + said + '"}'
    if letter == 'd':
        return '{"doubleValue":' + ('"' + said + '"' if said in ODD else said) + '}'
    if letter == 'x':
        return '{"bytesValue":"' + said + '"}'
    return said


# Sealed values

def opened_values(seal, opened, places):
    """What was sealed: field, key and text of each value."""
    need(len(seal) >= 45 and seal[0] == 1, 'a seal of another version')
    members(opened, 'salt values', 'opened')
    data, said = b64(opened.get('salt'), 16), []
    for one in items(opened.get('values'), 'opened'):
        members(one, 'field type text', 'opened')
        field, letter, value = (text(one.get(name), 'opened') for name in ('field', 'type', 'text'))
        need(letter in tuple('nsbidamx'), 'no type')
        need(field in places, 'a value of a field that is not sealed')
        data += string(field) + string(places[field]) + letter.encode() + string(value)
        said.append((field, value))
    need(said and H(data) == seal[13:45], 'other values than those that were sealed')
    need(len({field for field, _ in said}) == len(said), 'two values of one field')
    return [(field, places[field], value) for field, value in said]


# Span entries

class Fields:
    """The restricted fields of a span, the keys that were met (open, shown or left out), the places that say [sealed], and what was sealed there."""

    def __init__(self, restricted):
        self.left = {}
        for one in items(restricted, 'restricted'):
            members(one, 'field salt digest', 'restricted')
            need(('salt' in one) != ('digest' in one), 'restricted: one of salt and digest')
            field = text(one.get('field'), 'field')
            need(re.fullmatch(r'status\.message|((resource\.|scope\.|(events|links)\[(0|[1-9][0-9]{0,8})\]\.)?attributes\[(0|[1-9][0-9]{0,8})\])', field), 'no field')
            need(field not in self.left, 'a field is named twice')
            self.left[field] = ('salt', b64(one['salt'], 16)) if 'salt' in one else ('digest', b64(one['digest'], 32))
        self.met = []
        self.sealed = {}
        self.opened = []

    def take(self, field, key, letter, said):
        """The digest, or None if the field is open."""
        if letter == 's' and said == '[sealed]' and not field.startswith(('resource.', 'scope.')):
            self.sealed[field] = key
        if field not in self.left:
            self.met.append((key, False))
            return None
        how, data = self.left.pop(field)
        self.met.append((key, how == 'digest'))
        if how == 'salt':
            return H(data + letter.encode() + said.encode('utf-8'))
        need(letter == 'n', 'a value that was left out is there')
        return data


def attributes(listed, name, fields):
    letters, keys, values, services = '', b'', b'', []
    listed = items([] if listed is None else listed, name)
    for at, one in enumerate(listed):
        members(one, 'key value', name)
        key = text(one.get('key'), name, '')
        letter, said = any_value(one.get('value'))
        if key == 'service.name' and letter == 's':
            services.append(said)
        digest = fields.take('%s[%d]' % (name, at), key, letter, said)
        letters += letter if digest is None else 'r'
        keys += string(key)
        values += string(said) if digest is None else digest
    return varuint(len(listed)) + letters.encode() + keys + values, services


def span_entry(placed, beside, fields):
    resource, resource_url, scope, scope_url, span = placed
    members(span, 'traceId spanId traceState parentSpanId flags name kind startTimeUnixNano endTimeUnixNano attributes droppedAttributesCount events droppedEventsCount links droppedLinksCount status', 'span')
    members(resource, 'attributes droppedAttributesCount', 'resource')
    members(scope, 'name version attributes droppedAttributesCount', 'scope')
    status = members(span.get('status', {}), 'message code', 'status')
    listed, services = attributes(resource.get('attributes'), 'resource.attributes', fields)
    of_resource = H(b'tracekeep resource v1\n' + listed + struct.pack('<I', u32(resource.get('droppedAttributesCount', 0), 'resource')) + string(text(resource_url, 'schemaUrl', '')))
    of_scope = H(b'tracekeep scope v1\n' + string(text(scope.get('name'), 'scope', '')) + string(text(scope.get('version'), 'scope', ''))
                 + attributes(scope.get('attributes'), 'scope.attributes', fields)[0] + struct.pack('<I', u32(scope.get('droppedAttributesCount', 0), 'scope')) + string(text(scope_url, 'schemaUrl', '')))
    service = text(beside['service'], 'service') if 'service' in beside else (services[-1] if services and services[-1] else 'unknown_service')
    start, end = u64(span.get('startTimeUnixNano', 0), 'start'), u64(span.get('endTimeUnixNano', 0), 'end')
    out = b'\1' + hexid(span.get('traceId'), 16, 'traceId') + hexid(span.get('spanId'), 8, 'spanId') + hexid(span.get('parentSpanId'), 8, 'parentSpanId')
    out += struct.pack('<IiQQi', u32(span.get('flags', 0), 'flags'), i32(span.get('kind', 0), 'kind'), start, (end - start) % 2 ** 64, i32(status.get('code', 0), 'code'))
    out += struct.pack('<III', *(u32(span.get(name, 0), name) for name in ('droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount')))
    out += string(text(beside.get('producer'), 'producer')) + string(service) + string(text(span.get('name'), 'name', '')) + string(text(span.get('traceState'), 'traceState', ''))
    message = text(status.get('message'), 'message', '')
    if 'status.message' in fields.left:
        need((fields.left['status.message'][0] == 'salt') == (message != ''), 'status.message')
        out += b'\1' + fields.take('status.message', 'status.message', 's' if message else 'n', message)
    else:
        if message:
            fields.take('status.message', 'status.message', 's', message)
        out += b'\0' + string(message)
    out += of_resource + of_scope + attributes(span.get('attributes'), 'attributes', fields)[0]
    events = items(span.get('events', []), 'events')
    out += varuint(len(events))
    for at, one in enumerate(events):
        members(one, 'timeUnixNano name attributes droppedAttributesCount', 'event')
        out += struct.pack('<Q', u64(one.get('timeUnixNano', 0), 'event')) + string(text(one.get('name'), 'event', '')) + struct.pack('<I', u32(one.get('droppedAttributesCount', 0), 'event'))
        out += attributes(one.get('attributes'), 'events[%d].attributes' % at, fields)[0]
    links = items(span.get('links', []), 'links')
    out += varuint(len(links))
    for at, one in enumerate(links):
        members(one, 'traceId spanId traceState attributes droppedAttributesCount flags', 'link')
        out += hexid(one.get('traceId'), 16, 'link') + hexid(one.get('spanId'), 8, 'link') + string(text(one.get('traceState'), 'link', ''))
        out += struct.pack('<II', u32(one.get('flags', 0), 'link'), u32(one.get('droppedAttributesCount', 0), 'link'))
        out += attributes(one.get('attributes'), 'links[%d].attributes' % at, fields)[0]
    minimized = items(beside.get('minimized'), 'minimized')
    out += varuint(len(minimized))
    for one in minimized:
        members(one, 'place kind count', 'minimized')
        out += string(text(one.get('place'), 'place')) + string(text(one.get('kind'), 'kind')) + struct.pack('<I', u32(one.get('count'), 'count'))
    need(not fields.left, 'a restricted field is named that the span has not')
    if 'sealed' not in beside:
        return out + b'\0'
    sealed = items(beside['sealed'], 'sealed')
    need(0 < len(sealed) <= 64, 'sealed')
    out += b'\1' + varuint(len(sealed))
    for one in sealed:
        members(one, 'key text digest opened', 'sealed')
        need(('digest' in one) != ('key' in one and 'text' in one) and ('digest' not in one or len(one) == 1), 'sealed')
        fields.met.append(('sealed.values', 'digest' in one))
        if 'digest' in one:
            out += b64(one['digest'], 32)
        else:
            seal = b64(one['text'])
            out += H(b64(one['key'], 8) + seal)
            if 'opened' in one:
                fields.opened += opened_values(seal, one['opened'], fields.sealed)
    return out


# Trees and notes

def leaf(data):
    return H(b'\0' + data)


def included(index, size, leaf_hash, proof, root):
    """RFC 9162, 2.1.3.2."""
    need(index < size and len(proof) <= 53, 'no place in the tree')
    fn, sn, r = index, size - 1, leaf_hash
    for p in proof:
        need(sn != 0, 'the proof is too long')
        if fn & 1 or fn == sn:
            r = H(b'\1' + p + r)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = H(b'\1' + r + p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and r == root, 'the proof leads to another root')


SIGNATURES = {1: ('Ed25519', 32, 64), 4: ('Ed25519, cosignature', 32, 72), 6: ('ML-DSA-44', 1312, 2428)}


def key_of(vkey):
    """Name, id, type and public key."""
    need(vkey.count('+') >= 2, 'no verifier key')
    name, key_id, key = vkey.split('+', 2)
    key = b64(key)
    need(name != '' and not re.search(r'[\s\x00-\x1f]', name) and H(name.encode() + b'\n' + key)[:4].hex() == key_id, 'no verifier key')
    need(key[0] in SIGNATURES and len(key) == 1 + SIGNATURES[key[0]][1], 'no verifier key')
    return name, key_id, key[0], key[1:]


def holds(body, key, signature):
    """None if it cannot be checked here."""
    _, _, kind, public = key
    need(len(signature) == SIGNATURES[kind][2], 'a signature of another length')
    if kind == 1:
        return ed25519(public, body.encode(), signature)
    if kind == 4:
        time = struct.unpack('>Q', signature[:8])[0]
        return ed25519(public, b'cosignature/v1\ntime %d\n' % time + body.encode(), signature[8:])
    return None


def checkpoint_of(note, named, origin, vkey):
    need('\n\n' in note, 'no note')
    end = note.rindex('\n\n') + 1
    body, signatures = note[:end], note[end + 1:]
    lines = body.split('\n')
    need(len(lines) == 4 and lines[3] == '' and lines[0] == origin and re.fullmatch(r'0|[1-9][0-9]{0,15}', lines[1]), 'no checkpoint of this log')
    need(signatures.endswith('\n') and signatures.count('\n') <= 64, 'no note')
    need(len(named) <= 64 and len(set(named)) == len(named), 'keys')
    given = key_of(vkey) if vkey else None
    need(given is None or given[2] == 1, 'no Ed25519 key')
    keys = [key_of(text) for text in named]
    known = {key[:2]: key for key in keys + [given] if key}
    need(len(known) == len(set(keys + [given] if given else keys)), 'two keys have one id')
    signed, unchecked = set(), []
    for line in signatures.split('\n')[:-1]:
        need(re.fullmatch(r'\u2014 [^ ]+ [^ ]+', line), 'no signature line')
        _, name, blob = line.split(' ')
        blob = b64(blob)
        key = known.get((name, blob[:4].hex()))
        need(key, 'a signature is by a key that is neither given nor named')
        held = holds(body, key, blob[4:])
        need(held is not False, 'a signature is false')
        signed.add(key)
        if held is None:
            unchecked.append('%s by %s' % (SIGNATURES[key[2]][0], name))
    need(all(key in signed for key in keys), 'a key is named that did not sign')
    need(given is None or (given in signed and given[0] == origin), 'not signed by this key')
    return int(lines[1]), b64(lines[2], 32), unchecked


def ed25519(key, message, signature):
    with tempfile.NamedTemporaryFile() as k, tempfile.NamedTemporaryFile() as m, tempfile.NamedTemporaryFile() as s:
        for file, data in ((k, bytes.fromhex('302a300506032b6570032100') + key), (m, message), (s, signature)):
            file.write(data)
            file.flush()
        command = ['openssl', 'pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', k.name, '-rawin', '-in', m.name, '-sigfile', s.name]
        return subprocess.run(command, capture_output=True).returncode == 0


# The document

def placed_spans(listed):
    placed = []
    for one in items(listed, 'resourceSpans'):
        members(one, 'resource scopeSpans schemaUrl', 'resourceSpans')
        scopes = items(one.get('scopeSpans', []), 'scopeSpans')
        need(scopes, 'a resource without spans')
        for scoped in scopes:
            members(scoped, 'scope spans schemaUrl', 'scopeSpans')
            spans = items(scoped.get('spans', []), 'spans')
            need(spans, 'a scope without spans')
            placed += [(one.get('resource', {}), one.get('schemaUrl'), scoped.get('scope', {}), scoped.get('schemaUrl'), span) for span in spans]
    need(placed, 'no span')
    return placed


def rising(numbers, what):
    need(numbers and all(a < b for a, b in zip(numbers, numbers[1:])), what)


def verify(data, vkey):
    try:
        decoded = data.decode('utf-8')
    except UnicodeDecodeError:
        raise Wrong('not UTF-8')
    need(not decoded.startswith('\ufeff'), 'a byte order mark')
    document = members(parse(decoded), 'format traceId origin checkpoint keys blocks omitted resourceSpans', 'document')
    need(document.get('format') == FORMAT, 'format')
    need(re.fullmatch('[0-9a-f]{32}', text(document.get('traceId'), 'traceId')), 'traceId')
    named = [text(key, 'keys') for key in items(document.get('keys'), 'keys')]
    size, root, unchecked = checkpoint_of(text(document.get('checkpoint'), 'checkpoint'), named, text(document.get('origin'), 'origin'), vkey)
    placed = placed_spans(document.get('resourceSpans'))
    omitted = [text(key, 'omitted') for key in items(document.get('omitted'), 'omitted')]
    need(len(set(omitted)) == len(omitted), 'omitted')
    missing, proved, shown = set(omitted), set(), []
    blocks = items(document.get('blocks'), 'blocks')
    rising([natural(members(block, 'index time statement closed proof spans', 'block').get('index'), 'index') for block in blocks], 'blocks do not rise')
    for block in blocks:
        statement = text(block.get('statement'), 'statement')
        commitment = H(b'tracekeep entry v1\n' + H(statement.encode()) + b64(block.get('closed'), 32))
        logged = b'\1' + struct.pack('>Q', natural(block.get('time'), 'time')) + commitment
        included(block['index'], size, leaf(logged), [b64(one, 32) for one in items(block.get('proof'), 'proof')], root)
        says = parse(statement)
        rows, block_root = natural(says.get('rows'), 'rows'), b64(says.get('root'), 32)
        spans = items(block.get('spans'), 'spans')
        rising([natural(members(one, 'span row proof producer service minimized restricted sealed', 'span').get('row'), 'row') for one in spans], 'rows do not rise')
        for one in spans:
            at = natural(one.get('span'), 'span')
            need(at < len(placed) and at not in proved, 'a span is proved twice, or is none')
            fields = Fields(one.get('restricted'))
            entry_bytes = span_entry(placed[at], one, fields)
            included(one['row'], rows, leaf(entry_bytes), [b64(p, 32) for p in items(one.get('proof'), 'proof')], block_root)
            need(placed[at][4].get('traceId') == document['traceId'], 'a span of another trace')
            proved.add(at)
            shown += [(placed[at][4].get('spanId'),) + one for one in fields.opened]
            for key, is_left in fields.met:
                need(is_left == (key in omitted), 'what was left out is not what is said')
                missing.discard(key)
    need(len(proved) == len(placed), 'a span is not proved')
    need(not missing, 'a field is said to be left out that no span has')
    return len(placed), unchecked, shown


def main():
    file, vkey = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    try:
        with open(file, 'rb') as opened:
            count, unchecked, shown = verify(opened.read(), vkey)
    except Wrong as wrong:
        print('not verified: %s' % wrong)
        return 1
    print('%s: %d spans' % ('verified' if vkey else 'key not pinned', count))
    for span, field, key, value in shown:
        print('was sealed: span %s, %s (%s): %s' % (span, field, key, json.dumps(value)))
    for one in unchecked:
        print('not checked here: the signature with %s' % one)
    return 0 if vkey else 2


if __name__ == '__main__':
    sys.exit(main())
