import type { RequestListener } from 'node:http';
import type { JSONWebKeySet } from 'jose';

/** Answers `GET …/.well-known/jwks.json`, where verifiers look for an issuer's public keys, and nothing else. */
export function serveJwks(jwks: JSONWebKeySet): RequestListener {
  const body = JSON.stringify(jwks);
  return (request, response) => {
    const found = request.method === 'GET' && request.url?.endsWith('/.well-known/jwks.json');
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(found ? body : '{}');
  };
}
