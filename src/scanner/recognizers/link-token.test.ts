import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { linkToken } from './link-token.ts';

test('linkToken marks tokens in paths', () => {
  for (const text of [
    'https://shop.example/reset-password/«895c7502e41fe82ab1e85ffd77b28e7932df3e47»?x=1', '/auth/verify-email/«5eb4dc2c-c087-4f69-a39a-649e50022101»', 'GET /account/confirm/«XELa75Jk8FYXnITyoTjjZRyDE9hIHm4O» 200',
    '/password-reset/MTc/«c1a2b3-6522dea7535b73b8027209c26f46f595»', '/email/verify/17/«e690b4bc56213ee305287870a44db8c09fb7b55d»', 'https://ci.example.com/webhook/«eedbfd19af80b83c42acea438cfb4747»',
    'https://rocket.example.com/hooks/«w37Oc5apncbALFdF1/N0LQxuuOreeuHuVyISuoKRFrNt3DBMZjdJ3dNQt3GDzLlbJk»', 'https://hook.eu1.make.com/«4yxl2kqmffmcl33y3uatporkv04rq4c8»',
    'https://outlook.office.com/webhook/«7eaa0414-1adc-4610-a1c9-497d9ec292e4@66ea7de4-c0eb-4c87-a3b3-fe619a02127b/IncomingWebhook/7a0782df30e5ab9410203222be48ea0c»',
  ]) expectMarks(linkToken, text, 'credential');
});

test('linkToken leaves words, templates and ids of resources alone', () => {
  for (const text of [
    '/reset-password/{token}', '/verify/:token', '/invite/accept', '/api/webhooks/550e8400-e29b-41d4-a716-446655440000', '/webhooks/github/push-events', '/orders/confirm/550e8400-e29b-41d4-a716-446655440000', '/hooks/pre-commit/configuration-file.yaml',
    '/oauth/authorize/callback', '/realms/master/protocol/openid-connect/token/introspect', '/unsubscribe/newsletter', '/share/products/blue-shirt-2', '/reset/2024-05-17T12:00:00Z', '/verify/[credential]', '/confirm/order-4711-frontend-7d4b9c6f5d',
  ]) expectMarks(linkToken, text, 'credential');
});
