import { PostgresError } from './error';
import { Session, type SessionOptions } from './session';
import type { ConnectionName, PairSettings } from './settings';

/** Database access to every pair that is configured, by `project/primary`. */
export type PairsSettings = Readonly<Record<string, PairSettings>>;

/** The pairs whose databases may be reached. */
export class Databases {
  #pairs: PairsSettings;
  /** Of each pair: where a statement of ours goes on although it was cancelled. */
  readonly #hanging = new Map<string, Set<ConnectionName>>();

  /**
   * @param pairs as read at start.
   * @param readAgain reads the settings afresh, for when a credential is refused.
   */
  constructor(
    pairs: PairsSettings = {},
    private readonly readAgain: () => Promise<PairsSettings> = async () => pairs,
  ) {
    this.#pairs = pairs;
  }

  /** The pairs, as `project/primary`. */
  get names(): string[] {
    return Object.keys(this.#pairs);
  }

  /** Access to the databases of a pair; `undefined` when none is configured. */
  of({ project, primary }: { project: string; primary: string }): PairDatabase | undefined {
    const key = `${project}/${primary}`;
    if (!Object.hasOwn(this.#pairs, key)) return undefined;
    return new PairDatabase(
      () => this.#pairs[key],
      async () => {
        this.#pairs = await this.readAgain();
      },
      this.#hangingOf(key),
    );
  }

  #hangingOf(key: string): Set<ConnectionName> {
    const known = this.#hanging.get(key) ?? new Set();
    this.#hanging.set(key, known);
    return known;
  }
}

const HANGING = new PostgresError(
  'an earlier statement of this worker goes on in the server although it was cancelled; no further session is opened until it ends',
  'hanging',
);

/** Access to the two databases of one pair, and through the address that they share. */
export class PairDatabase {
  constructor(
    private readonly find: () => PairSettings | undefined,
    private readonly readAgain: () => Promise<void>,
    private readonly hanging: Set<ConnectionName> = new Set(),
  ) {}

  get settings(): PairSettings {
    const settings = this.find();
    if (settings === undefined) throw new PostgresError('access is no longer configured', 'not-configured');
    return settings;
  }

  /**
   * Opens a session; when the server refuses the credential, the settings are read again, once. There is none while a
   * statement of an earlier one goes on although it was cancelled: sessions that nobody can end would pile up.
   *
   * @throws PostgresError; `hanging` for that.
   */
  async open(connection: ConnectionName, options: SessionOptions = {}): Promise<Session> {
    if (this.hanging.has(connection)) throw HANGING;
    const onHanging = (over: Promise<void>) => {
      this.hanging.add(connection);
      void over.then(() => this.hanging.delete(connection));
    };
    const open = () => Session.open(this.settings.connections[connection], { ...options, onHanging });
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof PostgresError) || !error.isCredentialRefused) throw error;
      await this.readAgain();
      return open();
    }
  }

  /** Opens a session for one piece of work. @throws PostgresError */
  async use<T>(
    connection: ConnectionName,
    work: (session: Session) => Promise<T>,
    options?: SessionOptions,
  ): Promise<T> {
    const session = await this.open(connection, options);
    try {
      return await work(session);
    } finally {
      await session.end();
    }
  }
}
