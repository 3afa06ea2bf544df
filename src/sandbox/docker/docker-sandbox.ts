import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import type { Engine } from '../../model/engine';
import type { DatabaseAddress, Sandbox, SmallDisk } from '../../model/sandbox';
import { atExit } from '../exit';
import { SandboxError } from '../problem';
import { notAskedFor, smallDiskAt, smallDiskBytes } from '../process/small-disk';
import type { Administrator, ServerEngine } from '../server-engine';
import {
  type ContainerPlan,
  checkContainer,
  createContainer,
  openSmallDisk,
  publishedAddress,
  removeAtExit,
  runInside,
  smallDiskFolder,
} from './container';
import type { Endpoint } from './endpoint';
import type { ServerImage } from './image';
import { killScript } from './memory';
import { removeContainer } from './orphans';
import { dockerProblem } from './problems';

const readyTimeoutMs = 120_000;

/** A server in a container. */
export class DockerSandbox implements Sandbox {
  readonly providerName = 'docker';
  readonly label: string;
  readonly smallDisk: SmallDisk;
  private readonly administrator: Administrator;
  private readonly forgetExit: () => void;
  private current: { readonly host: string; readonly port: number } | undefined;
  private disposal: Promise<void> | undefined;
  /** Counts the runs of the container that are to end: the end of any other is a loss. */
  private life = 0;
  private readonly loss = new AbortController();

  private constructor(
    private readonly docker: Docker,
    private readonly endpoint: Endpoint,
    private readonly container: Docker.Container,
    private readonly kind: ServerEngine,
    private readonly assumed: Engine,
    private readonly password: string,
    private readonly plan: ContainerPlan,
  ) {
    this.label = `docker ${plan.image.name}`;
    this.administrator = kind.administrator((database) => this.address(database));
    this.forgetExit = atExit(() => removeAtExit(container, endpoint));
    this.smallDisk =
      plan.smallDiskBytes === undefined ? notAskedFor : smallDiskAt(smallDiskFolder, plan.smallDiskBytes, (script) => this.run(script));
  }

  /** A container with nothing started in it yet. `engine` is what the image is taken for. */
  static async create(
    docker: Docker,
    endpoint: Endpoint,
    kind: ServerEngine,
    image: ServerImage,
    engine: Engine,
    options: { readonly smallDisk: boolean; readonly memoryBytes: number | undefined },
  ): Promise<DockerSandbox> {
    const password = randomBytes(18).toString('base64url');
    const smallDisk = options.smallDisk ? smallDiskFolder : undefined;
    const specification = kind.container.specification(engine, password, smallDisk, image.environment);
    const plan: ContainerPlan = {
      image,
      port: kind.container.port,
      specification,
      smallDiskBytes: options.smallDisk ? smallDiskBytes : undefined,
      memoryBytes: specification.data === undefined ? undefined : options.memoryBytes,
    };
    const container = await createContainer(docker, endpoint, plan);
    return new DockerSandbox(docker, endpoint, container, kind, engine, password, plan);
  }

  get lost(): AbortSignal {
    return this.loss.signal;
  }

  get engine(): Engine {
    return this.administrator.engine ?? this.assumed;
  }

  address(database: string): DatabaseAddress {
    const { host, port } = this.current ?? { host: '127.0.0.1', port: 0 };
    return { host, port, user: this.kind.administratorName, password: this.password, database };
  }

  /** Starts the container and waits until the server answers: Docker's proxy accepts connections before it does. */
  async start(signal?: AbortSignal): Promise<void> {
    try {
      await this.container.start();
      await this.ready(signal);
      if (this.plan.smallDiskBytes !== undefined) await this.run(openSmallDisk);
      this.watch();
    } catch (error) {
      throw signal?.aborted ? error : this.problem(error);
    }
  }

  private ready(signal?: AbortSignal): Promise<void> {
    return this.administrator.ready(readyTimeoutMs, async () => {
      signal?.throwIfAborted();
      await this.check();
      this.current = (await publishedAddress(this.container, this.endpoint, this.kind.container.port)) ?? this.current;
    });
  }

  /** Runs a script where the server's files are. */
  private run(script: string): Promise<void> {
    return runInside(this.container, script, this.plan.specification.data?.folder);
  }

  createDatabase(name: string): Promise<void> {
    return this.explained(this.administrator.createDatabase(name));
  }

  cloneDatabase(source: string, target: string, tablespace?: string): Promise<void> {
    return this.explained(
      this.administrator.cloneDatabase(source, target, tablespace, { smallDisk: this.smallDisk, run: (script) => this.run(script) }),
    );
  }

  dropDatabases(names: readonly string[]): Promise<void> {
    return this.explained(this.administrator.dropDatabases(names));
  }

  async crash(): Promise<void> {
    const { data } = this.plan.specification;
    if (data !== undefined && this.plan.memoryBytes !== undefined) return this.explained(this.crashInside(killScript(data)));
    this.life += 1;
    try {
      await this.container.kill({ signal: 'SIGKILL' });
      await this.container.wait();
    } catch (error) {
      // 409: it does not run, so somebody else was quicker.
      if ((error as { statusCode?: number }).statusCode !== 409) throw this.problem(error);
    }
    await this.administrator.disconnect();
    await this.start();
  }

  /** The container stays, and with it what it holds in memory. */
  private async crashInside(script: string): Promise<void> {
    await this.run(script);
    await this.administrator.disconnect();
    await this.ready();
  }

  ping(): Promise<void> {
    return this.explained(this.administrator.ping());
  }

  query(text: string, database?: string): Promise<readonly Record<string, unknown>[]> {
    return this.explained(this.administrator.query(text, database));
  }

  dispose(): Promise<void> {
    this.disposal ??= this.remove();
    return this.disposal;
  }

  private async remove(): Promise<void> {
    this.life += 1;
    await this.administrator.disconnect();
    try {
      await removeContainer(this.docker, this.container.id);
    } catch (error) {
      throw this.problem(error);
    }
    this.forgetExit();
  }

  /** Waits for the end of this run of the container. A daemon that does not answer says nothing about it. */
  private watch(): void {
    const { life } = this;
    const onEnd = async (): Promise<void> => {
      if (this.life !== life) return;
      const reason = await this.check().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (reason instanceof SandboxError) this.loss.abort(reason);
    };
    this.container.wait().then(onEnd, onEnd);
  }

  /** A server that can't be reached may be a container that somebody stopped: then that is what the user should read. */
  private async explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!this.administrator.isAnswer(error) && !(error instanceof SandboxError)) await this.check();
      throw error;
    }
  }

  private check(): Promise<void> {
    return checkContainer(this.container, this.kind);
  }

  private problem(error: unknown): SandboxError {
    return dockerProblem(error, this.endpoint, this.kind.instead.ofDocker);
  }
}
