import { testLossesOf } from './loss';

testLossesOf([7]);
