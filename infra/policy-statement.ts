import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Grant } from './grants.ts';

/** A grant as CDK's statement. */
export const policyStatement = ({ actions, resources, conditions }: Grant): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources], ...(conditions && { conditions }) });
