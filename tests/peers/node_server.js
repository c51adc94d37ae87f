// The contract on Node's own http, https and http2; told its addresses by the environment.

'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const http2 = require('http2');
const https = require('https');
const zlib = require('zlib');

function pattern(size) {
  return Buffer.alloc(size, '0123456789abcdefghijklmnopqrstuvwxyz\n');
}

function serve(request, response) {
  const [, route, rest] = request.url.split('/');
  const size = Number(rest);
  const whole = (status, fields, body) => {
    response.writeHead(status, { ...fields, 'content-length': body.length });
    response.end(body);
  };
  switch (route) {
    case 'bytes':
      return whole(200, { 'content-type': 'text/plain' }, pattern(size));
    case 'chunked':
      response.writeHead(200, { 'content-type': 'text/plain' });
      return response.end(pattern(size));
    case 'gzip':
      return whole(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
        zlib.gzipSync(pattern(size)));
    case 'status':
      response.writeHead(size, size === 204 || size === 304 ? {} : { 'content-length': 0 });
      return response.end();
    case 'header':
      return whole(200, { 'x-large': 'x'.repeat(size) }, Buffer.from('large'));
    case 'slow':
      return setTimeout(() => whole(200, {}, Buffer.from('late')), size * 1000);
    case 'refuse':
      return whole(413, { 'content-type': 'text/plain' }, Buffer.from('too large\n'));
    case 'echo':
      response.writeHead(200, { 'content-type': 'text/plain' });
      return request.pipe(response);
    case 'hints':
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      return whole(200, {}, Buffer.from('final'));
    case 'trailers':
      response.writeHead(200, { trailer: 'x-checksum' });
      response.write('body');
      response.addTrailers({ 'x-checksum': 'abc' });
      return response.end();
    case 'upload': {
      const digest = crypto.createHash('sha256');
      let length = 0;
      request.on('data', (data) => { digest.update(data); length += data.length; });
      return request.on('end', () => whole(200, { 'content-type': 'application/json' },
        Buffer.from(JSON.stringify({ length, sha256: digest.digest('hex') }))));
    }
    default:
      return whole(404, {}, Buffer.alloc(0));
  }
}

function upgrade(request, socket) {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.pipe(socket);
  socket.on('error', () => socket.destroy());
}

const { HTTP, HTTPS, H2C, UDS, IPV6, MTLS, CERT, KEY, CA } = process.env;
const tls = { cert: fs.readFileSync(CERT), key: fs.readFileSync(KEY) };
const mutual = { ...tls, ca: fs.readFileSync(CA), requestCert: true, rejectUnauthorized: true };
http.createServer(serve).on('upgrade', upgrade).listen(Number(HTTP), '127.0.0.1');
http.createServer(serve).listen(Number(IPV6), '::1');
http.createServer(serve).listen(UDS);
http2.createSecureServer({ ...tls, allowHTTP1: true }, serve).listen(Number(HTTPS), '127.0.0.1');
http2.createServer(serve).listen(Number(H2C), '127.0.0.1');
https.createServer(mutual, serve).listen(Number(MTLS), '127.0.0.1');
