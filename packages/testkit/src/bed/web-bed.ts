import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, untilListening } from './ports.js';
import type { ServiceUnit } from './service-unit.js';
import { startUnits } from './start-units.js';

/** A real web service under load: client → nginx → (application →) redis, each a unit of its own. */
export interface WebBed {
  /** Sets the client's load, requests a second (0 to 1,000). */
  load(requestsPerSecond: number): void;
  /** Sets which share of the requests asks for the file, 0 to 1 (at the start 0.2); the rest ask redis. */
  mix(pageShare: number): void;
  readonly redisPort: number;
  /** Of the redis that runs now. */
  readonly redisPid: number;
  /** Ends redis, and starts it again with its data: what asks it sees refused connections between. */
  stopRedis(): Promise<void>;
  startRedis(): Promise<void>;
  /** Tells the application server to misbehave: a line as `bed/app.mjs` documents it. */
  tellApp(line: string): void;
  /** Makes an nginx worker run a shell command, as a breach would. */
  breach(command: string): Promise<void>;
  /** How many requests the client saw answered, and failed. */
  counts(): { readonly answered: number; readonly failed: number };
  stop(): Promise<void>;
}

/** The names of the bed's units. */
export interface BedNames {
  readonly nginx: string;
  readonly redis: string;
  readonly client: string;
  /** Where given, an application server stands behind nginx and answers half of what asked redis. */
  readonly app?: string;
}

/**
 * The source names of the bed's services, as the collector gives them: by the executable itself,
 * which for redis on Debian is another than the name that starts it.
 */
export function bedSources(
  names: BedNames,
): Readonly<Record<'nginx' | 'redis' | 'client', string>> {
  return {
    nginx: `${names.nginx}/nginx`,
    redis: `${names.redis}/${basename(realpathSync('/usr/bin/redis-server'))}`,
    client: `${names.client}/node`,
  };
}

const CLIENT = fileURLToPath(new URL('../../bed/client.mjs', import.meta.url));
const APP = fileURLToPath(new URL('../../bed/app.mjs', import.meta.url));

/**
 * Starts redis, an nginx whose workers ask it by Lua, and a client at no load.
 * @param folder an empty folder for configuration, data and logs
 */
export async function startWebBed(folder: string, names: BedNames): Promise<WebBed> {
  return startUnits(async (start) => {
    const redisPort = await freePort();
    const redisFolder = join(folder, 'redis');
    mkdirSync(redisFolder, { recursive: true });
    const startRedis = async (): Promise<ServiceUnit> => {
      const unit = start(names.redis, 'redis-server', '-', '--dir', redisFolder);
      unit.send(`bind 127.0.0.1\nport ${redisPort}\nappendonly yes\nappendfsync everysec\nsave ""`);
      unit.end();
      await untilListening(redisPort, unit.output);
      return unit;
    };
    let redis = await startRedis();

    let app: { readonly unit: ServiceUnit; readonly port: number } | undefined;
    if (names.app !== undefined) {
      const port = await freePort();
      const ports = [String(port), String(redisPort)];
      app = { unit: start(names.app, process.execPath, APP, ...ports), port };
      await untilListening(port, app.unit.output);
    }

    const webPort = await freePort();
    const nginxFolder = join(folder, 'nginx');
    mkdirSync(nginxFolder, { recursive: true, mode: 0o777 });
    const configuration = join(nginxFolder, 'nginx.conf');
    writeFileSync(configuration, nginxConfiguration(nginxFolder, webPort, redisPort, app?.port));
    const nginx = start(names.nginx, 'nginx', '-c', configuration, '-e', 'stderr');
    await untilListening(webPort, nginx.output);

    const paths = app ? '/page,/item,/app' : '/page,/item';
    const client = start(names.client, process.execPath, CLIENT, String(webPort), paths);
    return {
      load: (requestsPerSecond) => client.send(`rate ${requestsPerSecond}`),
      mix: (pageShare) => client.send(`mix ${pageShare}`),
      redisPort,
      get redisPid() {
        return redis.pid;
      },
      stopRedis: () => redis.stop(),
      startRedis: async () => {
        redis = await startRedis();
      },
      tellApp: (line) => {
        if (!app) throw new Error('tellApp: this bed has no application server');
        app.unit.send(line);
      },
      breach: async (command) => {
        const url = `http://127.0.0.1:${webPort}/breach?run=${encodeURIComponent(command)}`;
        const response = await fetch(url);
        if (!response.ok) throw new Error(`breach: ${response.status} ${await response.text()}`);
      },
      counts: () => {
        const last = client.output().trim().split('\n').at(-1) ?? '';
        const [answered = 0, failed = 0] = last.split(' ').map(Number);
        return { answered, failed };
      },
    };
  });
}

/** One master, two workers; `/item` asks redis, `/page` serves a file, `/breach` runs a shell. */
function nginxConfiguration(
  folder: string,
  port: number,
  redisPort: number,
  appPort: number | undefined,
): string {
  const proxy =
    appPort === undefined ? '' : `location /app { proxy_pass http://127.0.0.1:${appPort}; }`;
  writeFileSync(join(folder, 'page'), 'x'.repeat(20_000));
  return `
load_module /usr/lib/nginx/modules/ndk_http_module.so;
load_module /usr/lib/nginx/modules/ngx_http_lua_module.so;
daemon off;
user root;
worker_processes 2;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location /page { root ${folder}; }
    ${proxy}
    location /item {
      content_by_lua_block {
        local redis = ngx.socket.tcp()
        assert(redis:connect("127.0.0.1", ${redisPort}))
        assert(redis:send("*2\\r\\n$4\\r\\nINCR\\r\\n$4\\r\\nhits\\r\\n"))
        ngx.say(redis:receive())
        redis:setkeepalive(60000, 16)
      }
    }
    location /breach {
      content_by_lua_block {
        os.execute(ngx.unescape_uri(ngx.var.arg_run))
        ngx.say("done")
      }
    }
  }
}
`;
}
