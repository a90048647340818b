import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classOfKey } from '#scanner/key-class';
import { KEY } from '#scanner/recognizer';
import { expectMarks, marksOf } from '#scanner/testing';
import { coordinates, coordinatesInDegrees, coordinatesOfKey } from './coordinates.ts';

test('coordinates by their key', () => {
  for (const key of ['geo.location.lat', 'geo.location.lon', 'app.latitude', 'longitude', 'user.location.lat', 'store.lng', 'driver.position', 'gps', 'user.coords', 'pickup.location', 'lon']) {
    for (const text of ['52.5200', '-13.40', '52.5200,13.4050', '(52.5200, 13.4050)']) assert.equal(marksOf(coordinatesOfKey, text, classOfKey(key)).length, 1, `${key} ${text}`);
    for (const text of ['52', '52.5', '52.5,13.4', 'Berlin', '481.1234', 'rack 12.345']) assert.deepEqual(marksOf(coordinatesOfKey, text, classOfKey(key)), [], `${key} ${text}`);
  }
  for (const key of ['lat', 'p99.lat', 'cursor.position', 'long', 'location', 'point', 'code.location', 'geo.locality']) assert.deepEqual(marksOf(coordinatesOfKey, '52.5200', classOfKey(key)), [], key);
  expectMarks(coordinatesOfKey, '«u33db2m»', 'coordinates', KEY.coordinates);
});

test('coordinates by the words beside them', () => {
  for (const text of [
    'latitude: «52.5200», longitude: «13.4050»', '{"lat":«52.5200»,"lng":«13.4050»}', '{"lon": «13.405», "lat": «-52.52»}', 'lat=«52.520008»&lon=«13.404954»', 'lat=«52.52» lon=«13.40»', 'user_latitude=«52.5200»', 'Latitude is «52.52001»',
    '{"type":"Point","coordinates":[«13.4050, 52.5200»]}', '"coordinates":[[«13.40,52.52],[13.41,52.53],[13.42,52.54»]]', 'coordinates «52.5200, 13.4050»', 'GPS: «52.5200 13.4050»', 'location=«52.5200,13.4050»', 'center=«52.5200%2C13.4050»',
    'geo:«52.5200,13.4050»;u=35', 'https://www.google.com/maps/@«52.5200,13.4050»,15z', 'https://maps.example.com/maps?q=«52.52,13.40»&z=3', "ST_GeomFromText('POINT(«13.4050 52.5200»)')", 'latlng=«52.520008,13.404954»',
  ]) expectMarks(coordinates, text, 'coordinates');
  for (const text of ['«52°31′12″N 13°24′18″E»', 'at «52.5200° N, 13.4050° E»', "«52°31'12.5''N, 13°24'18.25''W»"]) expectMarks(coordinatesInDegrees, text, 'coordinates');
});

test('other decimals stay', () => {
  for (const text of ['lat=12.345 p99=45.678', 'latency: 52.5200', 'position: 12.34, 56.78', 'location: 52.5,13.4', 'translate(12.3456 7.8901)', 'temperature 21.50° N', 'geography v1.25.3', 'geo.position 481.1234,12.1234', 'point (1.5 2.5)', 'coordinates 52,13', 'latitude: high 52.52', 'platform=12.3456,7.8901', 'version=1.25.33,1.26.44']) {
    assert.deepEqual(marksOf(coordinates, text), [], text);
    assert.deepEqual(marksOf(coordinatesInDegrees, text), [], text);
  }
});
