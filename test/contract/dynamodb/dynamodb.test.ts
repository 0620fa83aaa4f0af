import { dynamodbConformance } from './dynamodb-conformance.ts';
import { dynaliteSubject, httpSubject, inProcessSubject } from './dynamodb-subjects.ts';

dynamodbConformance('in process', () => inProcessSubject());
dynamodbConformance('over HTTP', () => httpSubject());
dynamodbConformance('dynalite, an oracle from outside', dynaliteSubject, [
  'transactions',
  'item-on-failed-condition',
  'table-settings',
  'collections-in-conditions',
  'strict-expressions',
  'list-removals',
  'empty-key-conditions',
]);
