import { randomUUID } from 'node:crypto';
import { InterceptingCall, type Interceptor, Metadata, status } from '@grpc/grpc-js';
import { Connection } from '@temporalio/client';
import { type AttributeType, attributeTypes } from '../../src/contract/search-attributes';
import { attributeValueTypes, ensureSearchAttributes } from '../../src/hosting/search-attributes';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';

const NAMES = Object.keys(attributeTypes);
const KEYWORDS = NAMES.filter((name) => attributeTypes[name] === 'Keyword').length;

let connection: Connection;
/** As Temporal Cloud has it: nobody lists or adds search attributes here. */
let lockedDown: Connection;

const withoutOperator: Interceptor = (options, nextCall) =>
  new InterceptingCall(nextCall(options), {
    start: (metadata, listener, next) => {
      if (!options.method_definition.path.includes('OperatorService')) return next(metadata, listener);
      const details = 'Request unauthorized.';
      listener.onReceiveStatus({ code: status.PERMISSION_DENIED, details, metadata: new Metadata() });
    },
  });

beforeAll(async () => {
  const address = testEnvironment.temporalAddress();
  connection = await Connection.connect({ address });
  lockedDown = await Connection.connect({ address, interceptors: [withoutOperator] });
});
afterAll(async () => {
  await connection.close();
  await lockedDown.close();
});

/** A namespace of a test's own, without search attributes but those of others. */
async function namespaceWith(
  others: string[],
  account = '',
  type: AttributeType = 'Keyword',
): Promise<string> {
  const namespace = `attributes-${randomUUID().slice(0, 8)}${account}`;
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  const isKnown = () =>
    connection.operatorService.listSearchAttributes({ namespace }).then(
      () => true,
      () => false,
    );
  await until('the namespace is known', isKnown);
  if (others.length > 0)
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(others.map((name) => [name, attributeValueTypes[type]])),
    });
  return namespace;
}

test('where a worker may neither list nor add them, it starts when a search finds them', async () => {
  await ensureSearchAttributes(lockedDown, 'default');
});

test('and says what registers them when it does not, with the tool of that server', async () => {
  const own = await namespaceWith([]);
  await expect(ensureSearchAttributes(lockedDown, own)).rejects.toMatchObject({
    code: 'SEARCH_ATTRIBUTES_MISSING',
    message: [
      `The namespace ${own} lacks search attributes and this worker may not add them (7 PERMISSION_DENIED: Request unauthorized.). Run:`,
      ...NAMES.map(
        (name) =>
          `  temporal operator search-attribute create --namespace ${own} --name ${name} --type ${attributeTypes[name]}`,
      ),
    ].join('\n'),
  });
  const cloud = await namespaceWith([], '.a1b2c');
  await expect(ensureSearchAttributes(lockedDown, cloud)).rejects.toThrow(
    `  tcld namespace search-attributes add --namespace ${cloud} --search-attribute "${NAMES[0]}=Keyword"`,
  );
});

test('a namespace without room for them is named, with how many are taken by which others', async () => {
  const others = ['A', 'B', 'C', 'D', 'E', 'F'];
  const namespace = await namespaceWith(others);
  await expect(ensureSearchAttributes(connection, namespace)).rejects.toThrow(
    `The namespace ${namespace} has room for 10 search attributes of the type Keyword: switchback needs ${KEYWORDS}, ${KEYWORDS} of them are missing, and 6 are others (A, B, C, D, E, F). Remove some of the others, or use a namespace of its own for switchback.`,
  );
});

test.each(['Int', 'Double'] as const)('of the other types there are three each: %s', async (type) => {
  const namespace = await namespaceWith(['A', 'B', 'C'], '', type);
  await expect(ensureSearchAttributes(connection, namespace)).rejects.toThrow(
    `The namespace ${namespace} has room for 3 search attributes of the type ${type}: switchback needs 1, 1 of them are missing, and 3 are others (A, B, C).`,
  );
});
