import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Why nothing can stand for systemd on this machine; `undefined` when something can. */
export function noServiceManager(): string | undefined {
  for (const program of ['python3', 'systemd-notify']) {
    if (spawnSync(program, ['--version']).status !== 0) return `${program} is not on this machine`
  }
  return undefined
}

/** Binds a datagram socket and prints each message as a line of JSON; closes what is passed along with one. */
const RECEIVER = `
import array, json, os, socket, sys
its = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
its.bind(sys.argv[1])
print(json.dumps("ready"), flush=True)
while True:
    data, ancillary, flags, address = its.recvmsg(65536, 4096)
    for level, kind, passed in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            for fd in array.array("i", passed): os.close(fd)
    print(json.dumps(data.decode()), flush=True)
`

/** What stands for systemd: a datagram socket, and what it was told. */
export interface ServiceManager extends Disposable {
  readonly socket: string
  readonly messages: readonly string[]
}

/** Starts one in a folder, and waits until it listens. */
export async function startServiceManager(folder: string): Promise<ServiceManager> {
  const socket = join(folder, 'notify')
  const child = spawn('python3', ['-c', RECEIVER, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  const messages: string[] = []
  const listening = Promise.withResolvers<void>()
  let rest = ''
  child.stdout.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line) as string
      if (message === 'ready') listening.resolve()
      else messages.push(message)
    }
  })
  await listening.promise
  return { socket, messages, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}
